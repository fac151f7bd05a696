//===- Instance.cpp - nn.instance --------------------------------------------------------------===//
#include "Lookup.h"

using namespace mlir;

// Within the namespace, where ModuleOp is nn's and not the builtin one.
namespace shardc::nn {

/// Returns the parameter at a dotted path below a class, or null.
static ParameterOp findParameter(ModuleOp module, StringRef path, SymbolTableCollection &symbols) {
  auto [head, rest] = path.split('.');
  if (rest.empty())
    return findIn<ParameterOp>(module, head);
  auto instance = findIn<InstanceOp>(module, head);
  if (!instance)
    return {};
  int64_t index = 0;
  if (std::optional<int64_t> size = instance.getListSize()) {
    auto [element, below] = rest.split('.');
    if (element.getAsInteger(10, index) || index < 0 || index >= *size)
      return {};
    rest = below;
  }
  auto className = FlatSymbolRefAttr::get(module.getContext(), instance.getElementClass(index));
  ModuleOp next = lookUp(instance, className, symbols);
  return next ? findParameter(next, rest, symbols) : ParameterOp();
}

StringRef InstanceOp::getInstanceName() {
  return getName();
}

std::optional<int64_t> InstanceOp::getListSize() {
  if (!getCounts())
    return std::nullopt;
  return llvm::sum_of(*getCounts(), int64_t(0));
}

StringRef InstanceOp::getElementClass(int64_t element) {
  size_t run = 0;
  for (ArrayRef<int64_t> counts = getCounts().value_or(ArrayRef<int64_t>());
       run + 1 < counts.size() && element >= counts[run]; ++run)
    element -= counts[run];
  return cast<FlatSymbolRefAttr>(getClasses()[run]).getValue();
}

SmallVector<Value> InstanceOp::buildElementOperands(OpBuilder &builder, int64_t element) {
  auto type = RankedTensorType::get({}, builder.getI32Type());
  SmallVector<Value> operands;
  if (getNumbers())
    for (auto list : getNumbers()->getAsRange<DenseI32ArrayAttr>())
      operands.push_back(
          ConstantOp::create(builder, getLoc(), type, builder.getI32IntegerAttr(list[element])).getResult());
  return operands;
}

SmallVector<std::pair<std::string, std::string>> InstanceOp::getTies() {
  SmallVector<std::pair<std::string, std::string>> ties;
  if (!getTied())
    return ties;
  for (auto [tied, to] :
       llvm::zip_equal(getTied()->getAsValueRange<StringAttr>(), getTiedTo()->getAsValueRange<StringAttr>()))
    ties.emplace_back(tied.str(), to.str());
  return ties;
}

/// Checks the ties of the elements of one class.
static LogicalResult verifyTies(InstanceOp instance, ModuleOp module, SymbolTableCollection &symbols) { // C3
  for (auto &[tied, to] : instance.getTies()) {
    ParameterOp left = findParameter(module, tied, symbols);
    ParameterOp right = findParameter(instance->getParentOfType<ModuleOp>(), to, symbols);
    if (!left || !right)
      return instance.emitOpError("expected a tie of parameters, got \"") << (left ? to : tied) << "\", which is none";
    if (left.getType() != right.getType())
      return instance.emitOpError("expected \"")
             << tied << "\" of type " << right.getType() << ", like \"" << to << "\", got " << left.getType();
  }
  return success();
}

static LogicalResult verifyNumbers(InstanceOp instance) { // C5
  if (!instance.getNumbers())
    return success();
  std::optional<int64_t> elements = instance.getListSize();
  if (!elements)
    return instance.emitOpError("expected a list where there are numbers for its elements, got a single instance");
  for (auto list : instance.getNumbers()->getAsRange<DenseI32ArrayAttr>())
    if (list.size() != *elements)
      return instance.emitOpError("expected a number for each of ") << *elements << " elements, got " << list.size();
  return success();
}

LogicalResult InstanceOp::verifySymbolUses(SymbolTableCollection &symbols) {
  size_t numClasses = getClasses().size(), numCounts = getCounts() ? getCounts()->size() : 1;
  if (numClasses != numCounts || numClasses == 0) // C4
    return emitOpError("expected as many classes as counts, or one class, got ") << numClasses << " and " << numCounts;
  for (int64_t count : getCounts().value_or(ArrayRef<int64_t>()))
    if (count < 1) // C2
      return emitOpError("expected one element at least, got ") << count;
  if (failed(verifyNumbers(*this)))
    return failure();
  size_t numTied = getTied() ? getTied()->size() : 0, numTiedTo = getTiedTo() ? getTiedTo()->size() : 0;
  if (numTied != numTiedTo) // C3
    return emitOpError("expected as many names in `tied` and `tied_to`, got ") << numTied << " and " << numTiedTo;
  for (auto name : getClasses().getAsRange<FlatSymbolRefAttr>()) {
    ModuleOp module = lookUp(*this, name, symbols);
    if (!module) // C1
      return emitOpError("expected a class, got @") << name.getValue() << ", which is none";
    if (failed(verifyTies(*this, module, symbols)))
      return failure();
  }
  return success();
}

/// Parses `["weight" = "model.embed_tokens.weight", ...]`.
static ParseResult parseTies(OpAsmParser &parser, OperationState &result) {
  SmallVector<Attribute> tied, to;
  auto parseTie = [&]() -> ParseResult {
    StringAttr left, right;
    if (parser.parseAttribute(left) || parser.parseEqual() || parser.parseAttribute(right))
      return failure();
    tied.push_back(left);
    to.push_back(right);
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseTie))
    return failure();
  result.addAttribute("tied", parser.getBuilder().getArrayAttr(tied));
  result.addAttribute("tied_to", parser.getBuilder().getArrayAttr(to));
  return success();
}

/// Parses `[[0, 1, 2], ...]`.
static ParseResult parseNumbers(OpAsmParser &parser, OperationState &result) {
  SmallVector<Attribute> lists;
  auto parseList = [&]() -> ParseResult {
    SmallVector<int32_t> numbers;
    auto parseNumber = [&] { return parser.parseInteger(numbers.emplace_back()); };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseNumber))
      return failure();
    lists.push_back(parser.getBuilder().getDenseI32ArrayAttr(numbers));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseList))
    return failure();
  result.addAttribute("numbers", parser.getBuilder().getArrayAttr(lists));
  return success();
}

/// Parses `@A`, or the runs of a list: `5 x @A, 1 x @B`.
static ParseResult parseClasses(OpAsmParser &parser, OperationState &result) {
  SmallVector<Attribute> classes;
  SmallVector<int64_t> counts;
  do {
    int64_t count = 0;
    OptionalParseResult counted = parser.parseOptionalInteger(count);
    if (counted.has_value() && (failed(*counted) || parser.parseKeyword("x")))
      return failure();
    FlatSymbolRefAttr name;
    if (parser.parseAttribute(name))
      return failure();
    classes.push_back(name);
    if (counted.has_value())
      counts.push_back(count);
  } while (succeeded(parser.parseOptionalComma()));
  result.addAttribute("classes", parser.getBuilder().getArrayAttr(classes));
  if (!counts.empty())
    result.addAttribute("counts", parser.getBuilder().getDenseI64ArrayAttr(counts));
  return success();
}

ParseResult InstanceOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  if (parser.parseSymbolName(name) || parser.parseColon())
    return failure();
  result.addAttribute("name", name);
  if (parseClasses(parser, result))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("each")) && parseNumbers(parser, result))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("tie")) && parseTies(parser, result))
    return failure();
  return parser.parseOptionalAttrDict(result.attributes);
}

void InstanceOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getName());
  printer << " : ";
  ArrayRef<int64_t> counts = getCounts().value_or(ArrayRef<int64_t>());
  for (auto [run, name] : llvm::enumerate(getClasses())) {
    printer << (run == 0 ? "" : ", ");
    if (run < counts.size())
      printer << counts[run] << " x ";
    printer << name;
  }
  if (getNumbers()) {
    printer << " each [";
    llvm::interleaveComma(getNumbers()->getAsRange<DenseI32ArrayAttr>(), printer, [&](DenseI32ArrayAttr list) {
      llvm::interleaveComma(list.asArrayRef(), printer << '[');
      printer << ']';
    });
    printer << ']';
  }
  if (getTied()) {
    printer << " tie [";
    llvm::interleaveComma(llvm::zip(*getTied(), *getTiedTo()), printer,
                          [&](auto tie) { printer << std::get<0>(tie) << " = " << std::get<1>(tie); });
    printer << ']';
  }
  printer.printOptionalAttrDict((*this)->getAttrs(), {"name", "classes", "counts", "numbers", "tied", "tied_to"});
}

} // namespace shardc::nn
