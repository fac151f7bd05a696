//===- JsonText.cpp - A JSON file read with suspicion ------------------------------------------===//

#include "JsonText.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "shardc/Support/ReadFile.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr uint64_t maxBytes = 1 << 20;
constexpr size_t maxDepth = 64;

/// One walk over the characters of a JSON text, with a stack of its own. It accepts more than JSON: the parser refuses
/// the rest.
class Scanner {
public:
  Scanner(StringRef text, StringRef name, MLIRContext &context, llvm::StringMap<Location> &locations)
      : text(text), name(name), context(context), locations(locations) {}

  LogicalResult scan();

private:
  struct Frame {
    bool isObject;
    std::string prefix;
    llvm::StringSet<> keys;
    bool expectsKey;
  };

  Location locationAt(size_t offset) const { return FileLineColLoc::get(&context, name, line, offset - lineStart + 1); }
  LogicalResult open(bool isObject, size_t offset);
  /// Notes the string that begins at `begin`, if it is a key, and returns the offset after it.
  FailureOr<size_t> takeString(size_t begin);
  LogicalResult noteKey(StringRef literal, size_t begin);

  StringRef text, name;
  MLIRContext &context;
  llvm::StringMap<Location> &locations;
  std::vector<Frame> frames;
  std::string lastKey;
  size_t lineStart = 0;
  unsigned line = 1;
};

LogicalResult Scanner::scan() {
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '\n') {
      ++line;
      lineStart = i + 1;
    } else if (c == '{' || c == '[') {
      if (failed(open(c == '{', i)))
        return failure();
    } else if (c == '}' || c == ']') {
      if (!frames.empty())
        frames.pop_back();
    } else if (c == ',') {
      if (!frames.empty())
        frames.back().expectsKey = frames.back().isObject;
    } else if (c == '"') {
      FailureOr<size_t> end = takeString(i);
      if (failed(end))
        return failure();
      i = *end - 1;
    }
  }
  return success();
}

LogicalResult Scanner::open(bool isObject, size_t offset) {
  if (frames.size() == maxDepth)
    return emitError(locationAt(offset)) << "nested deeper than " << maxDepth << " levels";
  std::string prefix = frames.empty() ? "" : frames.back().prefix + lastKey + ".";
  frames.push_back({isObject, std::move(prefix), {}, isObject});
  return success();
}

FailureOr<size_t> Scanner::takeString(size_t begin) {
  size_t end = begin + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n')
    end += text[end] == '\\' ? 2 : 1;
  end = std::min(end + 1, text.size());
  if (frames.empty() || !frames.back().expectsKey)
    return end;
  if (failed(noteKey(text.slice(begin, end), begin)))
    return failure();
  return end;
}

LogicalResult Scanner::noteKey(StringRef literal, size_t begin) {
  // A key may be spelt with escapes, so it is compared decoded. What cannot be decoded is the parser's to report.
  llvm::Expected<llvm::json::Value> decoded = llvm::json::parse(literal);
  if (!decoded) {
    llvm::consumeError(decoded.takeError());
    return success();
  }
  Frame &frame = frames.back();
  frame.expectsKey = false;
  lastKey = decoded->getAsString().value_or("").str();
  if (!frame.keys.insert(lastKey).second)
    return emitError(locationAt(begin)) << "duplicate key \"" << lastKey << "\"";
  locations.try_emplace(frame.prefix + lastKey, locationAt(begin));
  return success();
}

/// Emits what llvm::json says, which reads `[line:column, byte=offset]: what`, at that place.
LogicalResult reportParseError(llvm::Error error, StringRef name, MLIRContext &context) {
  std::string message = llvm::toString(std::move(error));
  auto [place, what] = StringRef(message).split("]: ");
  unsigned line = 1, column = 1;
  place.consume_front("[");
  if (what.empty() || place.consumeInteger(10, line) || !place.consume_front(":") || place.consumeInteger(10, column))
    what = message;
  std::string lowered = what.str();
  lowered[0] = llvm::toLower(lowered[0]);
  return emitError(FileLineColLoc::get(&context, name, line, std::max(1u, column))) << "not JSON: " << lowered;
}

} // namespace

FailureOr<JsonText> parseJsonText(StringRef text, StringRef name, MLIRContext &context) {
  JsonText result;
  if (failed(Scanner(text, name, context, result.locations).scan()))
    return failure();
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(text);
  if (!value)
    return reportParseError(value.takeError(), name, context);
  llvm::json::Object *object = value->getAsObject();
  if (!object)
    return emitError(FileLineColLoc::get(&context, name, 1, 1)) << "must be a JSON object";
  result.text = text.str();
  result.object = std::move(*object);
  return result;
}

FailureOr<JsonText> readJsonText(StringRef path, MLIRContext &context) {
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = readFile(path, path, maxBytes, UnknownLoc::get(&context));
  if (failed(buffer))
    return failure();
  return parseJsonText((*buffer)->getBuffer(), path, context);
}

} // namespace shardc
