//===- Mesh.cpp - The mesh of ranks ------------------------------------------------------------===//
#include "Verify.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::dist;

std::optional<int64_t> MeshOp::getAxisSize(StringRef axis) {
  for (auto [name, size] : llvm::zip_equal(getAxes().getAsValueRange<StringAttr>(), getSizes()))
    if (name == axis)
      return size;
  return std::nullopt;
}

int64_t MeshOp::getGroupSize(ArrayRef<StringAttr> axes) {
  int64_t size = 1;
  for (StringAttr axis : axes)
    size *= getAxisSize(axis).value_or(1);
  return size;
}

int64_t MeshOp::getWorldSize() {
  return llvm::product_of(getSizes());
}

unsigned MeshOp::getPosition(StringAttr axis) {
  return llvm::find(getAxes(), axis) - getAxes().begin();
}

LogicalResult MeshOp::verify() {
  if (getAxes().size() != getSizes().size())
    return emitOpError("must have one size for each axis, got ") << getSizes().size() << " for " << getAxes().size();
  llvm::SmallSet<StringRef, 8> seen;
  for (auto [name, size] : llvm::zip_equal(getAxes().getAsValueRange<StringAttr>(), getSizes())) {
    if (!seen.insert(name).second) // C1
      return emitOpError("axis \"") << name << "\" occurs more than once";
    if (size <= 0) // C2
      return emitOpError("size of axis \"") << name << "\" must be positive, got " << size;
  }
  if (MeshOp first = meshOf(*this); first != *this && first->getParentOp() == (*this)->getParentOp()) { // C3
    InFlightDiagnostic diag = emitOpError("is the second mesh of the module");
    diag.attachNote(first.getLoc()) << "mesh declared here";
    return diag;
  }
  return success();
}

ParseResult MeshOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<Attribute> axes;
  SmallVector<int64_t> sizes;
  auto parseAxis = [&]() -> ParseResult {
    std::string name;
    if (parser.parseString(&name) || parser.parseEqual() || parser.parseInteger(sizes.emplace_back()))
      return failure();
    axes.push_back(parser.getBuilder().getStringAttr(name));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseAxis) ||
      parser.parseOptionalAttrDict(result.attributes))
    return failure();
  result.addAttribute(getAxesAttrName(result.name), parser.getBuilder().getArrayAttr(axes));
  result.addAttribute(getSizesAttrName(result.name), parser.getBuilder().getDenseI64ArrayAttr(sizes));
  return success();
}

void MeshOp::print(OpAsmPrinter &printer) {
  printer << " [";
  llvm::interleaveComma(llvm::zip_equal(getAxes(), getSizes()), printer,
                        [&](auto axis) { printer << std::get<0>(axis) << " = " << std::get<1>(axis); });
  printer << ']';
  printer.printOptionalAttrDict((*this)->getAttrs(), {getAxesAttrName(), getSizesAttrName()});
}

//===- What the verifiers share ----------------------------------------------------------------===//

MeshOp dist::requireMesh(Operation *op) {
  MeshOp mesh = meshOf(op);
  if (!mesh)
    op->emitOpError("needs a dist.mesh in its module");
  return mesh;
}

LogicalResult dist::verifyAxes(Operation *op, MeshOp mesh, ArrayRef<StringAttr> axes) {
  llvm::SmallSet<StringRef, 8> seen;
  for (StringAttr axis : axes) {
    if (!seen.insert(axis.getValue()).second)
      return op->emitOpError("axis ") << axis << " occurs more than once";
    if (mesh.getAxisSize(axis))
      continue;
    InFlightDiagnostic diag = op->emitOpError("mesh has no axis ") << axis;
    diag.attachNote(mesh.getLoc()) << "mesh declared here";
    return diag;
  }
  return success();
}

LogicalResult dist::verifyAxes(Operation *op, MeshOp mesh, const Placement &placement) {
  SmallVector<StringAttr> axes;
  for (ArrayRef<StringAttr> dim : placement.dims)
    llvm::append_range(axes, dim);
  llvm::append_range(axes, placement.copied);
  llvm::append_range(axes, placement.partial);
  return verifyAxes(op, mesh, axes);
}
