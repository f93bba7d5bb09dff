// KafkaJS behind the command line that tests/lib/peer.py describes.
'use strict';
const readline = require('readline');
const { parseArgs } = require('util');
const kafkajs = require('kafkajs');
const { Kafka, CompressionTypes, CompressionCodecs, logLevel } = kafkajs;

CompressionCodecs[CompressionTypes.Snappy] = require('kafkajs-snappy');
CompressionCodecs[CompressionTypes.LZ4] = new (require('kafkajs-lz4'))().codec;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from((await zstd()).compress(encoder.buffer)),
  decompress: async (buffer) => Buffer.from((await zstd()).decompress(buffer)),
});
const CODECS = { none: 'None', gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' };

function zstd() {
  return new Promise((done) => require('zstd-codec').ZstdCodec.run((z) => done(new z.Streaming())));
}

async function produce(kafka, args) {
  const producer = kafka.producer();
  await producer.connect();
  const sends = [];
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { key, value, headers } = JSON.parse(line);
    const message = { key, value, headers: Object.fromEntries(headers) };
    const compression = CompressionTypes[CODECS[args.codec]];
    // One after the other: KafkaJS keeps no order between sends in flight.
    sends.push(await producer.send({ topic: args.topic, acks: -1, compression,
                                     messages: [message] }));
  }
  await producer.disconnect();
}

async function consume(kafka, args) {
  const wanted = Number(args.count);
  const consumer = kafka.consumer({ groupId: args.group || 'interop-reader', rebalanceTimeout: 6000,
                                    maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics: [args.topic], fromBeginning: true });
  let count = 0;
  const last = new Map();
  await new Promise((done, fail) => {
    setTimeout(done, Number(args.seconds) * 1000);
    consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        if (count >= wanted) return;
        const headers = Object.entries(message.headers || {})
          .map(([k, v]) => [k, v === null ? null : v.toString()]);
        console.log(JSON.stringify({
          partition, offset: Number(message.offset),
          key: message.key === null ? null : message.key.toString(),
          value: message.value === null ? null : message.value.toString(), headers }));
        last.set(partition, Number(message.offset));
        if (++count === wanted) done();
      },
    }).catch(fail);
  });
  if (args.group) {
    await consumer.commitOffsets([...last].map(([partition, offset]) =>
      ({ topic: args.topic, partition, offset: String(offset + 1) })));
  }
  await consumer.disconnect();
}

async function main() {
  const text = { type: 'string' };
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { brokers: text, topic: text, group: text, codec: { ...text, default: 'none' },
               count: { ...text, default: '0' }, seconds: { ...text, default: '30' } },
  });
  const kafka = new Kafka({ brokers: [values.brokers], logLevel: logLevel.ERROR,
                            retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1000 } });
  await (positionals[0] === 'produce' ? produce : consume)(kafka, values);
  process.exit(0);
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
