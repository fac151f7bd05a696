//===- Yaml.cpp - A small tree read from YAML --------------------------------------------------===//

#include "Yaml.h"
#include "mlir/IR/MLIRContext.h"
#include "shardc/Support/ReadFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr uint64_t maxBytes = 1 << 20;
constexpr size_t maxDepth = 64;

/// Turns places in a text into locations.
struct Places {
  StringRef name;
  bool isFile;
  MLIRContext &context;
  llvm::SourceMgr &sources;

  Location at(unsigned line, unsigned column) const {
    if (isFile)
      return FileLineColLoc::get(&context, name, line, column);
    return NameLoc::get(StringAttr::get(&context, name));
  }
  /// A node that the parser made up where something is missing may stand nowhere.
  Location at(llvm::SMLoc place) const {
    if (!place.isValid() || !sources.FindBufferContainingLoc(place))
      return at(1, 1);
    auto [line, column] = sources.getLineAndColumn(place);
    return at(line, column);
  }
};

/// Fails if a line nests blocks, or brackets nest over all lines, deeper than maxDepth: both are recursion to the
/// parser.
LogicalResult checkNesting(StringRef text, const Places &places) {
  int64_t brackets = 0;
  unsigned lineNumber = 0;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    ++lineNumber;
    size_t indent = line.find_first_not_of(" \t-?:");
    size_t marks = line.count(": ") + line.count("- ") + line.count("? ");
    StringRef code = line.split(" #").first;
    brackets += int64_t(code.count('[') + code.count('{')) - int64_t(code.count(']') + code.count('}'));
    bool deep = std::min(indent, line.size()) > 2 * maxDepth || marks > 4 * maxDepth || brackets > int64_t(maxDepth) ||
                code.count('[') + code.count('{') > 4 * maxDepth;
    if (deep)
      return emitError(places.at(lineNumber, 1)) << "nested deeper than " << maxDepth << " levels";
  }
  return success();
}

/// Copies llvm::yaml's nodes into a tree. The parser works as nodes are asked for, and what it returns after it gave up
/// means nothing: each step asks whether it has, and then fails without an error of its own.
class TreeBuilder {
public:
  TreeBuilder(const Places &places, llvm::yaml::Stream &stream) : places(places), stream(stream) {}

  FailureOr<YamlValue> build(llvm::yaml::Node *node, size_t depth);

private:
  FailureOr<YamlValue> buildMapping(llvm::yaml::MappingNode &node, size_t depth);
  FailureOr<YamlValue> buildSequence(llvm::yaml::SequenceNode &node);
  LogicalResult addEntry(YamlValue &mapping, llvm::StringMap<Location> &keys, llvm::yaml::KeyValueNode &node,
                         size_t depth);

  const Places &places;
  llvm::yaml::Stream &stream;
};

FailureOr<YamlValue> TreeBuilder::build(llvm::yaml::Node *node, size_t depth) {
  if (stream.failed())
    return failure();
  Location location = places.at(node->getSourceRange().Start);
  if (isa<llvm::yaml::AliasNode>(node) || !node->getAnchor().empty() || !node->getRawTag().empty())
    return emitError(location) << "anchors, aliases and tags are not understood here";
  if (depth == maxDepth)
    return emitError(location) << "nested deeper than " << maxDepth << " levels";
  if (auto *mapping = dyn_cast<llvm::yaml::MappingNode>(node))
    return buildMapping(*mapping, depth);
  if (auto *sequence = dyn_cast<llvm::yaml::SequenceNode>(node))
    return buildSequence(*sequence);
  YamlValue value(location);
  if (auto *scalar = dyn_cast<llvm::yaml::ScalarNode>(node)) {
    SmallString<64> storage;
    value.kind = YamlValue::Kind::Scalar;
    value.text = scalar->getValue(storage).str();
    value.quoted = scalar->getRawValue().starts_with("\"") || scalar->getRawValue().starts_with("'");
    if (!value.quoted && llvm::is_contained({"null", "Null", "NULL", "~"}, value.text))
      value.kind = YamlValue::Kind::Null;
  } else if (auto *block = dyn_cast<llvm::yaml::BlockScalarNode>(node)) {
    value.kind = YamlValue::Kind::Scalar;
    value.text = block->getValue().str();
    value.quoted = true;
  }
  return value;
}

FailureOr<YamlValue> TreeBuilder::buildMapping(llvm::yaml::MappingNode &node, size_t depth) {
  YamlValue value(places.at(node.getSourceRange().Start));
  value.kind = YamlValue::Kind::Mapping;
  llvm::StringMap<Location> keys;
  for (llvm::yaml::KeyValueNode &entry : node)
    if (failed(addEntry(value, keys, entry, depth)))
      return failure();
  if (stream.failed())
    return failure();
  return value;
}

LogicalResult TreeBuilder::addEntry(YamlValue &mapping, llvm::StringMap<Location> &keys, llvm::yaml::KeyValueNode &node,
                                    size_t depth) {
  auto *key = dyn_cast_or_null<llvm::yaml::ScalarNode>(node.getKey());
  if (stream.failed())
    return failure();
  if (!key)
    return emitError(mapping.location) << "a key must be a name";
  SmallString<64> storage;
  std::string name = key->getValue(storage).str();
  Location location = places.at(key->getSourceRange().Start);
  if (auto [first, isNew] = keys.try_emplace(name, location); !isNew) {
    InFlightDiagnostic diagnostic = emitError(location) << "duplicate key \"" << name << "\"";
    diagnostic.attachNote(first->second) << "first given here";
    return diagnostic;
  }
  llvm::yaml::Node *value = node.getValue();
  if (stream.failed())
    return failure();
  FailureOr<YamlValue> built = value ? build(value, depth + 1) : YamlValue(location);
  if (failed(built))
    return failure();
  built->key = name;
  built->keyLocation = location;
  mapping.entries.push_back(std::move(*built));
  return success();
}

/// No setting takes a list yet, so its elements are not kept.
FailureOr<YamlValue> TreeBuilder::buildSequence(llvm::yaml::SequenceNode &node) {
  YamlValue value(places.at(node.getSourceRange().Start));
  value.kind = YamlValue::Kind::Sequence;
  node.skip();
  return value;
}

/// What llvm::yaml says is kept until the end: it also complains when reading stops half-way.
struct ParseProblem {
  std::string message;
  unsigned line = 0, column = 0;

  static void note(const llvm::SMDiagnostic &diagnostic, void *self) {
    auto &problem = *static_cast<ParseProblem *>(self);
    if (!problem.message.empty() || diagnostic.getKind() != llvm::SourceMgr::DK_Error)
      return;
    problem.message = diagnostic.getMessage().str();
    problem.line = std::max(1, diagnostic.getLineNo());
    problem.column = std::max(0, diagnostic.getColumnNo()) + 1;
  }
};

} // namespace

std::string YamlValue::shown() const {
  switch (kind) {
  case Kind::Null:
    return "null";
  case Kind::Sequence:
    return "a list";
  case Kind::Mapping:
    return "a mapping";
  case Kind::Scalar:
    return quoted ? "\"" + text + "\"" : text;
  }
  return "";
}

FailureOr<YamlValue> parseYaml(StringRef text, StringRef name, bool isFile, MLIRContext &context) {
  llvm::SourceMgr sources;
  ParseProblem problem;
  sources.setDiagHandler(ParseProblem::note, &problem);
  Places places{name, isFile, context, sources};
  if (failed(checkNesting(text, places)))
    return failure();

  llvm::yaml::Stream stream(llvm::MemoryBufferRef(text, name), sources, /*ShowColors=*/false);
  FailureOr<YamlValue> tree = failure();
  bool reported = false;
  unsigned documents = 0;
  for (auto document = stream.begin(); document != stream.end() && !reported; ++document) {
    llvm::yaml::Node *root = document->getRoot();
    if (!root || stream.failed())
      break;
    if (++documents == 2)
      return emitError(places.at(root->getSourceRange().Start)) << "a second document begins here, there must be one";
    ScopedDiagnosticHandler seen(&context, [&](Diagnostic &) { return reported = true, failure(); });
    tree = TreeBuilder(places, stream).build(root, 0);
  }
  if (!reported && (stream.failed() || !problem.message.empty()))
    return emitError(places.at(std::max(1u, problem.line), std::max(1u, problem.column)))
           << "not YAML: " << (problem.message.empty() ? "cannot be parsed" : problem.message);
  if (documents == 0 && !reported)
    return YamlValue(places.at(1, 1));
  return tree;
}

FailureOr<YamlValue> readYaml(StringRef path, StringRef what, Location asked) {
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> buffer = readFile(path, (what + " " + path).str(), maxBytes, asked);
  if (failed(buffer))
    return failure();
  return parseYaml((*buffer)->getBuffer(), path, /*isFile=*/true, *asked.getContext());
}

} // namespace shardc
