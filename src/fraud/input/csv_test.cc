#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>

#include "fraud/input/csv_transactions.h"

namespace millrace::fraud {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Hands out its bytes one at a time, so that every boundary is met.
class DripStream final : public ByteStream {
 public:
  explicit DripStream(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> read(MutableBytes out) override {
    if (at_ == bytes_.size()) return size_t{0};
    out[0] = static_cast<std::byte>(bytes_[at_++]);
    return size_t{1};
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

/// All rows of a CSV text, or the error's sentence as the last of them.
std::vector<std::vector<std::string>> rows_of(std::string text, CsvReader::Limits limits = {}) {
  auto reader = CsvReader::open(std::make_unique<DripStream>(std::move(text)), "t.csv", limits);
  if (!reader) return {{reader.error().context}};
  std::vector<std::vector<std::string>> rows;
  for (;;) {
    auto row = reader->next();
    if (!row) rows.push_back({row.error().context});
    if (!row || !*row) return rows;
    rows.emplace_back((*row)->begin(), (*row)->end());
  }
}

TEST(CsvReader, reads_quotes_empty_fields_both_line_ends_and_a_last_line_without_one) {
  EXPECT_THAT(rows_of("a,b\r\n1,2\n\n\r\n\"x,\"\"y\"\"\n z\",\n,\n3,\"4\""),
              ElementsAre(ElementsAre("1", "2"), ElementsAre("x,\"y\"\n z", ""),
                          ElementsAre("", ""), ElementsAre("3", "4")));
}

TEST(CsvReader, names_the_line_of_what_is_wrong) {
  EXPECT_THAT(rows_of("a,b\n1,2\n\n1\n").back().at(0), HasSubstr("t.csv:4: 1 columns"));
  EXPECT_THAT(rows_of("a,b\n\"1,2\n").back().at(0),
              HasSubstr("t.csv:2: the file ends inside quotes"));
  EXPECT_THAT(rows_of("").back().at(0), HasSubstr("without even a header"));
}

TEST(CsvReader, takes_rows_and_columns_up_to_its_limits_and_not_one_more) {
  EXPECT_THAT(rows_of("a\n12345\n", {.row_bytes = 5}), ElementsAre(ElementsAre("12345")));
  EXPECT_THAT(rows_of("a\n123456\n", {.row_bytes = 5}).back().at(0), HasSubstr("longer than 5"));
  EXPECT_THAT(rows_of("a,b\n", {.columns = 2}), ElementsAre());
  EXPECT_THAT(rows_of("a,b,c\n", {.columns = 2}).back().at(0), HasSubstr("more than 2 columns"));
}

class CsvFiles : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string write(const std::string& name, const std::string& bytes) {
    const std::string path = directory_ / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  std::string write_gzip(const std::string& name, const std::string& text) {
    const std::string path = directory_ / name;
    gzFile file = gzopen(path.c_str(), "wb");
    gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
    gzclose(file);
    return path;
  }
  std::string write_zstd(const std::string& name, const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
    return write(name, packed);
  }

  static Result<size_t> count(const std::string& path) {
    MR_TRY(auto csv, CsvTransactions::open(path, {}));
    size_t rows = 0;
    for (;;) {
      MR_TRY(const auto transaction, csv.next());
      if (!transaction) return rows;
      ++rows;
    }
  }

  static std::string many_rows() {
    std::string text = "user_id,amount,location,timestamp\n";
    for (int i = 0; i < 50'000; ++i) {
      text += std::to_string(i * 7919 % 10'007) + ",12.50,shop,2018-04-01T00:00:31Z\n";
    }
    return text;
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("millrace-csv-" + std::to_string(::getpid()));
};

TEST_F(CsvFiles, are_read_plain_gzipped_and_zstandard_whatever_their_names_say) {
  const std::string text = many_rows();

  EXPECT_EQ(count(write("a.csv", text)).value(), 50'000U);
  EXPECT_EQ(count(write_gzip("b.csv", text)).value(), 50'000U);
  EXPECT_EQ(count(write_zstd("c.csv", text)).value(), 50'000U);
}

TEST_F(CsvFiles, that_are_cut_short_or_missing_are_errors_that_name_them) {
  const std::string gzip = write_gzip("cut.csv.gz", many_rows());
  std::filesystem::resize_file(gzip, std::filesystem::file_size(gzip) / 2);
  const std::string zstd = write_zstd("cut.csv.zst", many_rows());
  std::filesystem::resize_file(zstd, std::filesystem::file_size(zstd) / 2);

  EXPECT_EQ(count(gzip).error().code, Errc::corrupt);
  EXPECT_EQ(count(zstd).error().code, Errc::corrupt);
  EXPECT_THAT(count(zstd).error().context, HasSubstr("cut.csv.zst"));
  EXPECT_EQ(count("/nowhere/x.csv").error().code, Errc::not_found);
}

TEST_F(CsvFiles, are_mapped_by_column_name) {
  const std::string path = write("handbook.csv",
                                 "tx_id,tx_datetime,customer_id,terminal_id,tx_amount\n"
                                 "0,2018-04-01T00:00:31Z,596,3156,57.16\n");
  const auto mapping = FieldMapping::parse(
      "user_id=customer_id,amount=tx_amount,location=terminal_id,timestamp=tx_datetime,id=tx_id");
  ASSERT_TRUE(mapping);
  auto csv = CsvTransactions::open(path, *mapping);
  ASSERT_TRUE(csv);

  const auto transaction = csv->next();

  EXPECT_EQ(transaction.value(), (Transaction{.id = "0",
                                              .user_id = "596",
                                              .amount = Money::from_micros(57'160'000),
                                              .location = "3156",
                                              .time = Timestamp(1522540831000)}));
}

TEST_F(CsvFiles, say_what_is_wrong_with_a_mapping_or_a_value) {
  const std::string path =
      write("bad.csv", "user_id,amount,location,timestamp\n1,much,shop,2018-04-01\n");

  EXPECT_THAT(FieldMapping::parse("ammount=x").error().context, HasSubstr("amount"));
  EXPECT_THAT(FieldMapping::parse("amount").error().context, HasSubstr("amount=COLUMN"));
  EXPECT_THAT(CsvTransactions::open(path, {.user_id = "customer"}).error().context,
              HasSubstr("There are: user_id, amount"));
  EXPECT_THAT(count(path).error().context, HasSubstr("bad.csv:2"));
}

}  // namespace
}  // namespace millrace::fraud
