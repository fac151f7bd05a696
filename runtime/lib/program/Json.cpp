//===- Json.cpp - JSON from files that are not trusted ------------------------===//

#include "program/Json.h"
#include "program/Error.h"

#include <algorithm>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

using namespace shardrt;

static constexpr size_t maxDepth = 32;
static constexpr size_t maxValues = 4'000'000;

namespace {

/// Builds the tree bottom up on an explicit stack of open arrays and objects. After a refusal `complaint` says why.
class TreeBuilder {
public:
  explicit TreeBuilder(const rapidjson::MemoryStream &stream) : stream(stream) {}

  JsonValue result;
  std::string complaint;

  bool Null() { return add({}); }
  bool Bool(bool boolean) { return add({.kind = JsonValue::Kind::Boolean, .boolean = boolean}); }
  bool Int(int integer) { return Int64(integer); }
  bool Uint(unsigned integer) { return Int64(integer); }
  bool Int64(int64_t integer) {
    return add({.kind = JsonValue::Kind::Integer, .integer = integer, .real = static_cast<double>(integer)});
  }
  bool Uint64(uint64_t integer) {
    return integer > INT64_MAX ? Double(static_cast<double>(integer)) : Int64(static_cast<int64_t>(integer));
  }
  bool Double(double real) { return add({.kind = JsonValue::Kind::Real, .real = real}); }
  bool RawNumber(const char *, rapidjson::SizeType, bool) { return false; }
  bool String(const char *data, rapidjson::SizeType size, bool) {
    return add({.kind = JsonValue::Kind::String, .string = std::string(data, size)});
  }
  bool Key(const char *data, rapidjson::SizeType size, bool) {
    open.back().keys.emplace_back(data, size);
    return true;
  }
  bool StartObject() { return start(JsonValue::Kind::Object); }
  bool StartArray() { return start(JsonValue::Kind::Array); }
  bool EndObject(rapidjson::SizeType) {
    std::vector<std::string_view> sorted(open.back().keys.begin(), open.back().keys.end());
    std::sort(sorted.begin(), sorted.end());
    auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
      return refuse(fmt::format("key \"{}\" stands twice in one object", *twice));
    return finish();
  }
  bool EndArray(rapidjson::SizeType) { return finish(); }

private:
  const rapidjson::MemoryStream &stream;
  std::vector<JsonValue> open;
  size_t values = 0;

  bool refuse(std::string why) {
    complaint = std::move(why);
    return false;
  }
  bool start(JsonValue::Kind kind) {
    if (open.size() == maxDepth)
      return refuse(fmt::format("nested more than {} deep", maxDepth));
    open.push_back({.kind = kind, .offset = stream.Tell()});
    return true;
  }
  bool finish() {
    JsonValue value = std::move(open.back());
    open.pop_back();
    return place(std::move(value));
  }
  bool add(JsonValue value) {
    value.offset = stream.Tell();
    return place(std::move(value));
  }
  bool place(JsonValue value) {
    if (++values > maxValues)
      return refuse(fmt::format("more than {} values", maxValues));
    (open.empty() ? result : open.back().elements.emplace_back()) = std::move(value);
    return true;
  }
};

} // namespace

JsonDocument::JsonDocument(std::string path, std::string text) : path(std::move(path)), text(std::move(text)) {
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
  rapidjson::MemoryStream stream(this->text.data(), this->text.size());
  rapidjson::Reader reader;
  TreeBuilder builder(stream);
  rapidjson::ParseResult parsed = reader.Parse<flags>(stream, builder);
  if (!builder.complaint.empty())
    failAt(stream.Tell(), builder.complaint);
  if (!parsed) {
    std::string why = rapidjson::GetParseError_En(parsed.Code());
    why.front() = static_cast<char>(tolower(why.front()));
    if (why.back() == '.')
      why.pop_back();
    failAt(parsed.Offset(), "malformed JSON: " + why);
  }
  if (stream.Tell() != this->text.size())
    failAt(stream.Tell(), "malformed JSON: a zero byte");
  value = std::move(builder.result);
}

JsonView JsonDocument::root() const {
  return {*this, value, "the document"};
}

void JsonDocument::failAt(size_t offset, std::string_view sentence) const {
  offset = std::min(offset, text.size());
  auto begin = text.begin(), end = text.begin() + static_cast<ptrdiff_t>(offset);
  auto line = 1 + std::count(begin, end, '\n');
  size_t newline = offset == 0 ? std::string::npos : text.rfind('\n', offset - 1);
  size_t column = newline == std::string::npos ? offset + 1 : offset - newline;
  shardrt::fail(Exit::BadInput, "{}:{}:{}: {}", path, line, column, sentence);
}

void JsonView::fail(std::string_view sentence) const {
  document->failAt(value->offset, sentence);
}

void JsonView::failKind(std::string_view expected) const {
  static constexpr const char *kinds[] = {"null",     "a boolean", "an integer", "a number",
                                          "a string", "an array",  "an object"};
  fail(fmt::format("\"{}\" must be {}, got {}", name, expected, kinds[static_cast<size_t>(value->kind)]));
}

const JsonValue *JsonView::find(std::string_view key) const {
  if (value->kind != JsonValue::Kind::Object)
    failKind("an object");
  auto at = std::find(value->keys.begin(), value->keys.end(), key);
  return at == value->keys.end() ? nullptr : &value->elements[static_cast<size_t>(at - value->keys.begin())];
}

bool JsonView::has(std::string_view key) const {
  return find(key) != nullptr;
}

JsonView JsonView::operator[](std::string_view key) const {
  const JsonValue *member = find(key);
  if (!member)
    fail(fmt::format("\"{}\" has no \"{}\"", name, key));
  return {*document, *member, std::string(key)};
}

int64_t JsonView::integer() const {
  if (value->kind != JsonValue::Kind::Integer)
    failKind("an integer");
  return value->integer;
}

int64_t JsonView::integerFrom(int64_t least) const {
  if (integer() < least)
    fail(fmt::format("\"{}\" must be at least {}, got {}", name, least, value->integer));
  return value->integer;
}

double JsonView::real() const {
  if (value->kind != JsonValue::Kind::Integer && value->kind != JsonValue::Kind::Real)
    failKind("a number");
  return value->real;
}

const std::string &JsonView::string() const {
  if (value->kind != JsonValue::Kind::String)
    failKind("a string");
  return value->string;
}

std::vector<JsonView> JsonView::array() const {
  if (value->kind != JsonValue::Kind::Array)
    failKind("an array");
  std::vector<JsonView> views;
  views.reserve(value->elements.size());
  for (const JsonValue &element : value->elements)
    views.emplace_back(*document, element, name);
  return views;
}

std::vector<int64_t> JsonView::sizes() const {
  std::vector<int64_t> result;
  for (const JsonView &element : array())
    result.push_back(element.integerFrom(0));
  return result;
}

std::vector<std::string> JsonView::strings() const {
  std::vector<std::string> result;
  for (const JsonView &element : array())
    result.push_back(element.string());
  return result;
}

std::vector<JsonView> JsonView::members() const {
  if (value->kind != JsonValue::Kind::Object)
    failKind("an object");
  std::vector<JsonView> views;
  views.reserve(value->elements.size());
  for (size_t i = 0; i < value->elements.size(); ++i)
    views.emplace_back(*document, value->elements[i], value->keys[i]);
  return views;
}

static std::string textOf(const JsonValue &value) {
  std::string text;
  switch (value.kind) {
  case JsonValue::Kind::Null:
    return "null";
  case JsonValue::Kind::Boolean:
    return value.boolean ? "true" : "false";
  case JsonValue::Kind::Integer:
  case JsonValue::Kind::Real:
    return fmt::format("{}", value.real);
  case JsonValue::Kind::String:
    return '"' + value.string + '"';
  case JsonValue::Kind::Array:
    for (const JsonValue &element : value.elements)
      text += (text.empty() ? "" : ", ") + textOf(element);
    return "[" + text + "]";
  case JsonValue::Kind::Object:
    for (size_t i = 0; i < value.keys.size(); ++i)
      text += (text.empty() ? "" : ", ") + ('"' + value.keys[i] + "\": " + textOf(value.elements[i]));
    return "{" + text + "}";
  }
  return text;
}

std::string JsonView::text() const {
  return textOf(*value);
}
