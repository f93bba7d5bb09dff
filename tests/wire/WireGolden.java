import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Writes src/wire/golden.txt: every message at every version, filled from a seed and encoded by
 * Apache Kafka's own classes, so that our codecs are held against bytes we did not make.
 *
 *   wire_describe | java -cp 'FOLDER-OF-KAFKAS-JARS/*' WireGolden.java
 *
 * The input says which messages and versions. A line of the output is
 *
 *   NAME VERSION HEX LEAF...
 *
 * with the values in wire order, tagged fields last: numbers in decimal, "s:" text, "b:" bytes in
 * hex, "u:" uuid in hex, "[" and the count before an array's elements, "{" before a struct that may
 * be null, "-" for null.
 */
public class WireGolden {
  static final Random random = new Random(7);

  public static void main(String[] args) throws Exception {
    for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
      String[] word = line.split(" ");
      if (!word[0].equals("#")) continue;
      short version = Short.parseShort(word[5]);
      Class<?> type = classOf(word[1]);
      Schema[] schemas = (Schema[]) type.getField("SCHEMAS").get(null);
      if (version >= schemas.length || schemas[version] == null) continue;
      Message message = (Message) type.getConstructor().newInstance();
      fill(message, schemas[version]);
      StringBuilder leaves = new StringBuilder();
      leaves(message, schemas[version], leaves);
      String bytes = hex(encode(message, version));
      System.out.println(word[1] + " " + version + " " + (bytes.isEmpty() ? "=" : bytes) + leaves);
    }
  }

  static Class<?> classOf(String name) throws Exception {
    return name.endsWith("Record") ? Class.forName("org.apache.kafka.common.metadata." + name)
                                   : Class.forName("org.apache.kafka.common.message." + name + "Data");
  }

  static ByteBuffer encode(Message message, short version) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
    message.write(new ByteBufferAccessor(buffer), cache, version);
    buffer.flip();
    return buffer;
  }

  /** Plain fields in schema order, then tagged ones by tag. */
  static List<Field> fields(Schema schema) {
    List<Field> plain = new ArrayList<>();
    List<Field> tagged = new ArrayList<>();
    for (BoundField bound : schema.fields()) {
      if (bound.def.type instanceof TaggedFields t) tagged.addAll(t.fields().values());
      else plain.add(bound.def);
    }
    plain.addAll(tagged);
    return plain;
  }

  static boolean isTagged(Field field, Schema schema) {
    for (BoundField bound : schema.fields()) if (bound.def == field) return false;
    return true;
  }

  static void fill(Object owner, Schema schema) throws Exception {
    for (Field field : fields(schema)) {
      if (isTagged(field, schema) && random.nextInt(3) == 0) continue;  // keeps its default
      Method setter = setter(owner, field.name);
      Method getter = owner.getClass().getMethod(camel(field.name));
      setter.invoke(owner, value(field.type, getter));
    }
  }

  static Object value(Type type, Method getter) throws Exception {
    if (type.isNullable() && random.nextInt(4) == 0) return null;
    if (type.isArray()) return array(type.arrayElementType().get(), getter);
    if (type instanceof Schema schema) {
      Object nested = getter.getReturnType().getConstructor().newInstance();
      fill(nested, schema);
      return nested;
    }
    return scalar(getter.getReturnType());
  }

  @SuppressWarnings("unchecked")
  static Object array(Type element, Method getter) throws Exception {
    Class<?> list = getter.getReturnType();
    java.lang.reflect.Type of = list == List.class ? getter.getGenericReturnType()
                                                   : list.getGenericSuperclass();
    Class<?> item = (Class<?>) ((ParameterizedType) of).getActualTypeArguments()[0];
    Collection<Object> all = list == List.class
        ? new ArrayList<>() : (Collection<Object>) list.getConstructor().newInstance();
    for (int i = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(2); i > 0; --i) {
      if (element instanceof Schema schema) {
        Object nested = item.getConstructor().newInstance();
        fill(nested, schema);
        all.add(nested);
      } else {
        all.add(scalar(item));
      }
    }
    return all;
  }

  static Object scalar(Class<?> type) {
    if (type == boolean.class) return random.nextBoolean();
    if (type == byte.class) return (byte) random.nextInt();
    if (type == short.class) return (short) random.nextInt();
    if (type == int.class || type == Integer.class) return random.nextInt();
    if (type == long.class || type == Long.class) return random.nextLong();
    if (type == Uuid.class) return new Uuid(random.nextLong(), random.nextLong());
    if (type == String.class) return word();
    byte[] bytes = new byte[random.nextInt(5)];
    random.nextBytes(bytes);
    if (type == byte[].class) return bytes;
    if (type == ByteBuffer.class) return ByteBuffer.wrap(bytes);
    return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes));
  }

  /** Sometimes with letters of more than one byte, sometimes long enough for a two-byte length. */
  static String word() {
    String word = random.nextInt(4) == 0 ? "дüня" : "w" + random.nextInt(1000);
    return random.nextInt(24) == 0 ? word.repeat(40) : word;
  }

  static void leaves(Object owner, Schema schema, StringBuilder out) throws Exception {
    for (Field field : fields(schema)) {
      leaf(owner.getClass().getMethod(camel(field.name)).invoke(owner), field.type, out);
    }
  }

  static void leaf(Object value, Type type, StringBuilder out) throws Exception {
    if (value == null) {
      out.append(" -");
    } else if (value instanceof Collection<?> all) {
      out.append(" [").append(all.size());
      for (Object each : all) leaf(each, type.arrayElementType().get(), out);
    } else if (value instanceof Message && type instanceof Schema schema) {
      if (type.isNullable()) out.append(" {");
      leaves(value, schema, out);
    } else {
      out.append(' ').append(text(value));
    }
  }

  static String text(Object value) {
    if (value instanceof Boolean b) return b ? "1" : "0";
    if (value instanceof String s) return "s:" + s;
    if (value instanceof byte[] b) return "b:" + HexFormat.of().formatHex(b);
    if (value instanceof ByteBuffer b) return "b:" + hex(b);
    if (value instanceof MemoryRecords r) return "b:" + hex(r.buffer());
    if (value instanceof Uuid u) {
      return "u:" + HexFormat.of().toHexDigits(u.getMostSignificantBits())
          + HexFormat.of().toHexDigits(u.getLeastSignificantBits());
    }
    return value.toString();
  }

  static String hex(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  static String camel(String snake) {
    StringBuilder out = new StringBuilder();
    for (String part : snake.split("_")) {
      out.append(out.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
    }
    return out.toString();
  }

  static Method setter(Object owner, String name) {
    String wanted = "set" + camel("x_" + name).substring(1);
    for (Method method : owner.getClass().getMethods()) {
      if (method.getName().equals(wanted)) return method;
    }
    throw new IllegalStateException(owner.getClass() + " has no " + wanted);
  }
}
