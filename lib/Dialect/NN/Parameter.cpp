//===- Parameter.cpp - nn.parameter ------------------------------------------------------------===//
#include "shardc/Dialect/NN/NN.h"

using namespace mlir;

namespace shardc::nn {

StringRef ParameterOp::getParameterName() {
  return getName();
}

RankedTensorType ParameterOp::getParameterType() {
  return getType();
}

StringRef ParameterOp::getInitializer() {
  return getInit();
}

std::optional<TensorPart> ParameterOp::getTensorPart() {
  if (!getTensor())
    return std::nullopt;
  return TensorPart{getTensor()->str(), int64_t(*getTensorDim()), int64_t(*getTensorAt()), int64_t(*getTensorSize())};
}

LogicalResult ParameterOp::verify() {
  if (getInit() != "normal" && getInit() != "ones" && getInit() != "zeros") // C1
    return emitOpError("expected `init` to be \"normal\", \"ones\" or \"zeros\", got \"") << getInit() << '"';
  Attribute part[] = {getTensorAttr(), getTensorDimAttr(), getTensorAtAttr(), getTensorSizeAttr()};
  int64_t given = llvm::count_if(part, [](Attribute attr) { return bool(attr); });
  if (given != 0 && given != 4) // C2
    return emitOpError("expected tensor, tensor_dim, tensor_at and tensor_size or none of them, got ")
           << given << " of them";
  std::optional<TensorPart> place = getTensorPart();
  if (!place)
    return success();
  if (place->dim < 0 || place->dim >= getType().getRank()) // C2
    return emitOpError("expected a dimension of ") << getType() << ", got " << place->dim;
  int64_t extent = getType().getDimSize(place->dim);
  if (place->at < 0 || place->size < place->at || extent > place->size - place->at) // C2
    return emitOpError("expected a part within the ")
           << place->size << " of \"" << place->tensor << "\", got " << extent << " at " << place->at;
  return success();
}

/// Parses `of "weight" dim 0 at 32 size 64`.
static ParseResult parsePart(OpAsmParser &parser, OperationState &result) {
  StringAttr tensor;
  int64_t dim, at, size;
  if (parser.parseKeyword("of") || parser.parseAttribute(tensor) || parser.parseKeyword("dim") ||
      parser.parseInteger(dim) || parser.parseKeyword("at") || parser.parseInteger(at) || parser.parseKeyword("size") ||
      parser.parseInteger(size))
    return failure();
  result.addAttribute("tensor", tensor);
  for (auto [name, number] : {std::pair("tensor_dim", dim), std::pair("tensor_at", at), std::pair("tensor_size", size)})
    result.addAttribute(name, parser.getBuilder().getI64IntegerAttr(number));
  return success();
}

ParseResult ParameterOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  Type type;
  std::string init = "normal";
  if (parser.parseSymbolName(name) || parser.parseColonType(type))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("init")) && parser.parseString(&init))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("part")) && parsePart(parser, result))
    return failure();
  result.addAttribute("name", name);
  result.addAttribute("type", TypeAttr::get(type));
  result.addAttribute("init", parser.getBuilder().getStringAttr(init));
  return parser.parseOptionalAttrDict(result.attributes);
}

void ParameterOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getName());
  printer << " : " << getTypeAttr();
  if (getInit() != "normal")
    printer << " init " << getInitAttr();
  if (std::optional<TensorPart> part = getTensorPart())
    printer << " part of " << getTensorAttr() << " dim " << part->dim << " at " << part->at << " size " << part->size;
  printer.printOptionalAttrDict((*this)->getAttrs(),
                                {"name", "type", "init", "tensor", "tensor_dim", "tensor_at", "tensor_size"});
}

} // namespace shardc::nn
