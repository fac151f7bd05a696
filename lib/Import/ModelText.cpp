//===- ModelText.cpp - A model in text form ----------------------------------------------------===//
//
// MLIR's parser recurses once per level of nesting, so a text is scanned before it is parsed. Its bytecode reader
// trusts its input and is not used at all.
//
//=== ------------------------------------------------------------------------------------------===//

#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Import/Import.h"
#include "shardc/Support/ReadFile.h"
#include "llvm/Support/SourceMgr.h"
#include <map>

using namespace mlir;

namespace shardc {
namespace {

constexpr uint64_t maxBytes = 256 << 20;
constexpr int64_t maxDepth = 128;
constexpr size_t maxAliasParts = 1 << 16;
constexpr uint64_t maxResults = 1 << 20;

/// Returns the offset behind the string or comment that begins at `i`, or `i` if none does.
size_t skipStringOrComment(StringRef text, size_t i) {
  if (text.substr(i).starts_with("//"))
    return std::min(text.find('\n', i), text.size());
  if (text[i] != '"')
    return i;
  size_t end = i + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n')
    end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

/// Returns the number that says how many results an operation has, or which of them is meant, behind the name of a
/// value at `i`; 0 if there is none, and the largest where 64 bits do not hold it.
uint64_t resultNumberAt(StringRef text, size_t i) {
  auto isPart = [](char c) { return isalnum(static_cast<unsigned char>(c)) || StringRef("_$.-").contains(c); };
  StringRef rest = text.substr(i + 1).drop_while(isPart);
  if (!rest.consume_front("#") && !rest.consume_front(":"))
    return 0;
  StringRef digits = rest.take_while([](char c) { return isdigit(static_cast<unsigned char>(c)); });
  uint64_t number = 0;
  return !digits.empty() && digits.getAsInteger(10, number) ? UINT64_MAX : number;
}

Location locate(StringRef text, size_t i, StringRef path, MLIRContext &context) {
  StringRef before = text.take_front(i);
  return FileLineColLoc::get(&context, path, before.count('\n') + 1, i - (before.rfind('\n') + 1) + 1);
}

/// Fails if an operation has more than maxResults results: the parser makes room for all that are announced.
LogicalResult checkResultNumbers(StringRef text, StringRef path, MLIRContext &context) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (size_t end = skipStringOrComment(text, i); end != i)
      i = end - 1;
    else if (text[i] == '%' && resultNumberAt(text, i) > maxResults)
      return emitError(locate(text, i, path, context))
             << "an operation of more than " << maxResults << " results is not read";
  }
  return success();
}

/// Fails if brackets nest, or minus signs follow one another, more than maxDepth times: both are recursion to the
/// parser.
LogicalResult checkNesting(StringRef text, StringRef path, MLIRContext &context) {
  int64_t depth = 0, minuses = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (size_t end = skipStringOrComment(text, i); end != i) {
      i = end - 1;
      continue;
    }
    char c = text[i];
    bool arrow = c == '>' && i > 0 && text[i - 1] == '-';
    if (StringRef("([{<").contains(c))
      ++depth;
    else if (StringRef(")]}>").contains(c) && !arrow)
      depth = std::max<int64_t>(0, depth - 1);
    if (c == '-')
      ++minuses;
    else if (!isspace(static_cast<unsigned char>(c)))
      minuses = 0;
    if (depth > maxDepth || minuses > maxDepth)
      return emitError(locate(text, i, path, context)) << "nested deeper than " << maxDepth << " levels";
  }
  return success();
}

/// Finds out how much each alias stands for: what they stand for may double with each, and nest one level deeper.
class AliasScan {
public:
  AliasScan(StringRef text, StringRef path, MLIRContext &context) : text(text), path(path), context(context) {}

  LogicalResult run() {
    int64_t depth = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      if (size_t end = skipStringOrComment(text, i); end != i) {
        i = end - 1;
        continue;
      }
      char c = text[i];
      if (StringRef("([{<").contains(c))
        ++depth;
      else if (StringRef(")]}>").contains(c) && !(c == '>' && i > 0 && text[i - 1] == '-'))
        --depth;
      else if (c == '\n' && depth <= 0 && current && begins < text.take_front(i).rtrim().size())
        current = nullptr; // the definition has ended
      if (c != '#' && c != '!')
        continue;
      StringRef name = nameAt(i);
      StringRef rest = text.substr(i + name.size()).ltrim();
      if (rest.starts_with("=") && depth <= 0) {
        current = &known[name];
        begins = text.size() - rest.size() + 1;
        depth = 0;
      } else if (current && failed(add(name, i))) {
        return failure();
      }
      i += name.size() - 1;
    }
    return success();
  }

private:
  struct Size {
    size_t parts = 1;
    int64_t depth = 1;
  };

  /// Returns the name that begins at `i`, with its mark.
  StringRef nameAt(size_t i) {
    auto isPart = [](char c) { return isalnum(static_cast<unsigned char>(c)) || StringRef("_$.-").contains(c); };
    return text.substr(i).take_front(1 + text.substr(i + 1).take_while(isPart).size());
  }

  /// Counts one use of an alias in the current definition; each is defined before it is used.
  LogicalResult add(StringRef name, size_t at) {
    auto used = known.find(name);
    if (used == known.end())
      return success();
    current->parts += used->second.parts;
    current->depth = std::max(current->depth, used->second.depth + 1);
    if (current->parts <= maxAliasParts && current->depth <= maxDepth)
      return success();
    return emitError(FileLineColLoc::get(&context, path, text.take_front(at).count('\n') + 1, 1))
           << "an alias of an attribute or type stands for more than " << maxAliasParts << " others or " << maxDepth
           << " levels of them, which is not read";
  }

  StringRef text, path;
  MLIRContext &context;
  std::map<StringRef, Size> known;
  /// What is being defined, and where its definition begins.
  Size *current = nullptr;
  size_t begins = 0;
};

bool isTokenType(RankedTensorType type) {
  return type && type.getRank() == 2 && type.getElementType().isInteger(32);
}

/// Returns the type that the inputs have which hold tokens or go with them; null where there are none, or another input
/// has another type or batch than they.
RankedTensorType findTokenType(ArrayRef<StringRef> names, ArrayRef<Type> types) {
  RankedTensorType tokens;
  for (auto [name, type] : llvm::zip(names, types))
    if (llvm::is_contained(tokenInputs, name))
      tokens = dyn_cast<RankedTensorType>(type);
  if (!isTokenType(tokens))
    return {};
  for (auto [name, type] : llvm::zip(names, types)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    bool fits = llvm::is_contained(tokenInputs, name)
                    ? tensor == tokens
                    : tensor && tensor.getRank() > 0 && tensor.getDimSize(0) == tokens.getDimSize(0);
    if (!fits)
      return {};
  }
  return tokens;
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> parseModelText(StringRef path, MLIRContext &context) {
  context.loadDialect<nn::NNDialect>();
  Location unknown = UnknownLoc::get(&context);
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      path == "-" ? readStandardInput(maxBytes, unknown) : readFile(path, path, maxBytes, unknown);
  if (failed(buffer))
    return failure();
  if (path == "-")
    path = (*buffer)->getBufferIdentifier();
  StringRef text = (*buffer)->getBuffer();
  if (text.starts_with("ML\xefR"))
    return emitError(UnknownLoc::get(&context))
           << path << " is MLIR bytecode, which is not read; give the model as text";
  if (failed(checkNesting(text, path, context)) || failed(checkResultNumbers(text, path, context)) ||
      failed(AliasScan(text, path, context).run()))
    return failure();
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, ParserConfig(&context, /*verifyAfterParse=*/false));
  if (!module)
    return failure();
  return module;
}

FailureOr<TokenShape> checkModel(ModuleOp module) {
  FailureOr<ModelAttrInterface> model = requireModel(module, module.getLoc());
  if (failed(model))
    return failure();
  auto rootClass = module.lookupSymbol<nn::ModuleOp>(model->getRoot().getValue());
  if (!rootClass)
    return module.emitError("the root of nn.model is ") << model->getRoot() << ", which is no class of this module";
  FunctionType type = cast<nn::ForwardOp>(rootClass.getBody().front().back()).getFunctionType();
  auto isScalar = [](Type result) { return cast<RankedTensorType>(result).getRank() == 0; };
  RankedTensorType tokens = findTokenType(rootClass.getArgumentNames(), type.getInputs());
  if (!tokens || type.getNumResults() != 2 || !llvm::all_of(type.getResults(), isScalar))
    return rootClass.emitError("the root class must take tokens, targets or positions, of one type tensor<BxTxi32>, "
                               "may take other inputs of B samples, and must return a loss and a count of rank 0, got ")
           << type;
  return TokenShape{tokens.getDimSize(0), tokens.getDimSize(1)};
}

} // namespace shardc
