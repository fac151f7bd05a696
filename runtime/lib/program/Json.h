//===- Json.h - JSON from files that are not trusted --------------------------===//
//
// Parses without recursion, under a cap on nesting and on the number of values, and refuses duplicate keys and bad
// UTF-8. A value remembers where it stands, so that every complaint about it names file, line and column.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_PROGRAM_JSON_H
#define SHARDRT_LIB_PROGRAM_JSON_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shardrt {

/// One value of a document, with the byte offset of its end in the text.
struct JsonValue {
  enum class Kind : uint8_t { Null, Boolean, Integer, Real, String, Array, Object };

  Kind kind = Kind::Null;
  bool boolean = false;
  size_t offset = 0;
  int64_t integer = 0;
  double real = 0;
  std::string string = {};
  std::vector<JsonValue> elements = {}; ///< of an array, or the values of an object
  std::vector<std::string> keys = {};   ///< of an object, in the order of the text
};

class JsonView;

/// A parsed text and the name of the file that it came from.
class JsonDocument {
public:
  /// Parses `text`. Throws Error (BadInput) with `path`, line and column.
  JsonDocument(std::string path, std::string text);

  JsonView root() const;

  /// Throws Error (BadInput): `path:line:column: sentence`.
  [[noreturn]] void failAt(size_t offset, std::string_view sentence) const;

private:
  std::string path;
  std::string text;
  JsonValue value;
};

/// A value seen as what it should be: each accessor throws a located Error (BadInput) where it is not.
class JsonView {
public:
  JsonView(const JsonDocument &document, const JsonValue &value, std::string name)
      : document(&document), value(&value), name(std::move(name)) {}

  /// Returns the member `key`, which must be there.
  JsonView operator[](std::string_view key) const;
  /// Returns whether there is a member `key`.
  bool has(std::string_view key) const;
  bool isNull() const { return value->kind == JsonValue::Kind::Null; }
  bool isObject() const { return value->kind == JsonValue::Kind::Object; }

  int64_t integer() const;
  /// Returns an integer that is at least `least`.
  int64_t integerFrom(int64_t least) const;
  double real() const;
  const std::string &string() const;
  /// Returns the elements of an array.
  std::vector<JsonView> array() const;
  /// Returns the integers of an array, each at least 0.
  std::vector<int64_t> sizes() const;
  std::vector<std::string> strings() const;
  /// Returns the members of an object, named by their keys.
  std::vector<JsonView> members() const;

  /// Returns the value as JSON, in the same spelling for all texts that mean it: 1e4 is 10000.
  std::string text() const;

  /// The key or the index by which this value was reached.
  const std::string &key() const { return name; }
  /// Returns the byte offset behind this value in the text.
  size_t end() const { return value->offset; }
  [[noreturn]] void fail(std::string_view sentence) const;

private:
  const JsonDocument *document;
  const JsonValue *value;
  std::string name;

  [[noreturn]] void failKind(std::string_view expected) const;
  const JsonValue *find(std::string_view key) const;
};

} // namespace shardrt
#endif
