//===- Sharding.cpp - The placement of a tensor as an attribute --------------------------------===//
#include "shardc/Dialect/Dist/Dist.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace shardc::dist;

using EmitError = function_ref<InFlightDiagnostic()>;

SmallVector<StringAttr> ShardingAttr::getAxes(int64_t dim) const {
  return llvm::to_vector(getDims()[dim].getAsRange<StringAttr>());
}

SmallVector<StringAttr> ShardingAttr::sorted(ArrayRef<StringAttr> axes) {
  SmallVector<StringAttr> result(axes);
  llvm::sort(result, [](StringAttr a, StringAttr b) { return a.getValue() < b.getValue(); });
  return result;
}

static LogicalResult verifySize(EmitError emitError, unsigned dim, bool sharded, int64_t size) {
  if (sharded && size <= 0)
    return emitError() << "dimension " << dim << " is sharded and its global size must be positive, got " << size;
  if (!sharded && size != 0)
    return emitError() << "dimension " << dim << " is not sharded and must have no global size, got " << size;
  return success();
}

LogicalResult ShardingAttr::verify(EmitError emitError, ArrayRef<ArrayAttr> dims, ArrayRef<int64_t> sizes,
                                   ArrayRef<StringAttr> copied, ArrayRef<StringAttr> partial) {
  if (dims.size() != sizes.size())
    return emitError() << "must have one size for each dimension, got " << sizes.size() << " for " << dims.size();
  llvm::SmallSet<StringRef, 8> seen;
  auto verifyAxis = [&](Attribute axis) -> LogicalResult {
    auto name = dyn_cast<StringAttr>(axis);
    if (!name || name.empty())
      return emitError() << "an axis must be a name, got " << axis;
    if (!seen.insert(name.getValue()).second)
      return emitError() << "axis " << axis << " occurs more than once";
    return success();
  };
  for (auto [dim, axes] : llvm::enumerate(dims)) {
    if (failed(verifySize(emitError, dim, !axes.empty(), sizes[dim])))
      return failure();
    for (Attribute axis : axes)
      if (failed(verifyAxis(axis)))
        return failure();
  }
  for (StringAttr axis : llvm::concat<const StringAttr>(copied, partial))
    if (failed(verifyAxis(axis)))
      return failure();
  return success();
}

LogicalResult ShardingAttr::verifyEncoding(ArrayRef<int64_t> shape, Type elementType, EmitError emitError) const {
  if (shape.size() != getDims().size())
    return emitError() << "sharding of rank " << getDims().size() << " on a tensor of rank " << shape.size();
  return success();
}

//===- Assembly --------------------------------------------------------------------------------===//

static ParseResult parseAxes(AsmParser &parser, SmallVectorImpl<StringAttr> &axes) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
    std::string name;
    if (parser.parseString(&name))
      return failure();
    axes.push_back(parser.getBuilder().getStringAttr(name));
    return success();
  });
}

/// Reads `["tp", "dp_shard"] : 256`, or `[]`.
static ParseResult parseDim(AsmParser &parser, SmallVectorImpl<ArrayAttr> &dims, SmallVectorImpl<int64_t> &sizes) {
  SmallVector<StringAttr> axes;
  int64_t size = 0;
  if (parseAxes(parser, axes) || (succeeded(parser.parseOptionalColon()) && parser.parseInteger(size)))
    return failure();
  dims.push_back(parser.getBuilder().getArrayAttr(SmallVector<Attribute>(axes.begin(), axes.end())));
  sizes.push_back(size);
  return success();
}

Attribute ShardingAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<ArrayAttr> dims;
  SmallVector<int64_t> sizes;
  SmallVector<StringAttr> copied, partial;
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] { return parseDim(parser, dims, sizes); }))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    bool isCopied = succeeded(parser.parseOptionalKeyword("copied"));
    if ((!isCopied && parser.parseKeyword("partial")) || parser.parseEqual() ||
        parseAxes(parser, isCopied ? copied : partial))
      return {};
  }
  if (parser.parseGreater())
    return {};
  auto emitError = [&] { return parser.emitError(loc); };
  return getChecked(EmitError(emitError), parser.getContext(), ArrayRef(dims), ArrayRef(sizes), ArrayRef(copied),
                    ArrayRef(partial));
}

static void printAxes(AsmPrinter &printer, ArrayRef<StringAttr> axes) {
  printer << '[';
  llvm::interleaveComma(axes, printer);
  printer << ']';
}

void ShardingAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(llvm::seq<int64_t>(0, getDims().size()), printer, [&](int64_t dim) {
    printAxes(printer, getAxes(dim));
    if (getSizes()[dim] != 0)
      printer << " : " << getSizes()[dim];
  });
  printer << ']';
  if (!getCopied().empty())
    printAxes(printer << ", copied = ", getCopied());
  if (!getPartial().empty())
    printAxes(printer << ", partial = ", getPartial());
  printer << '>';
}
