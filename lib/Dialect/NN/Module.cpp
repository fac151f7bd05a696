//===- Module.cpp - nn.module, parameter, instance, forward, return, use, call ------------------------------------------------===//
#include "Verify.h"
#include "shardc/Dialect/NN/NN.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;

// Within the namespace, where ModuleOp is nn's and not the builtin one.
namespace shardc::nn {

/// Returns the operation of this kind and name in a class, or null.
template <typename Op> static Op findIn(ModuleOp module, StringRef name) {
  for (Op op : module.getBody().getOps<Op>())
    if (op.getName() == name)
      return op;
  return {};
}

static ForwardOp forwardOf(ModuleOp module) {
  auto forwards = module.getBody().getOps<ForwardOp>();
  return forwards.empty() ? ForwardOp() : *forwards.begin();
}

static ModuleOp classOf(InstanceOp instance, SymbolTableCollection &symbols) {
  return symbols.lookupNearestSymbolFrom<ModuleOp>(instance, instance.getClassNameAttr());
}

/// Returns the parameter at a dotted path below a class, or null.
static ParameterOp findParameter(ModuleOp module, StringRef path, SymbolTableCollection &symbols) {
  auto [head, rest] = path.split('.');
  if (rest.empty())
    return findIn<ParameterOp>(module, head);
  auto instance = findIn<InstanceOp>(module, head);
  if (!instance)
    return {};
  if (std::optional<int64_t> size = instance.getListSize()) {
    auto [element, below] = rest.split('.');
    int64_t index = -1;
    if (element.getAsInteger(10, index) || index < 0 || index >= *size)
      return {};
    rest = below;
  }
  ModuleOp next = classOf(instance, symbols);
  return next ? findParameter(next, rest, symbols) : ParameterOp();
}

/// Encodings are not looked at, as everywhere in nn.
static bool sameTypes(TypeRange a, TypeRange b) {
  auto plain = [](Type type) { return isa<RankedTensorType>(type) ? Type(withoutEncoding(type)) : type; };
  return a.size() == b.size() &&
         llvm::all_of(llvm::zip(a, b), [&](auto pair) { return plain(std::get<0>(pair)) == plain(std::get<1>(pair)); });
}

//===----------------------------------------------------------------------------------------------------------------------===//
// module
//===----------------------------------------------------------------------------------------------------------------------===//

Block *ModuleOp::getClassBody() {
  return &getBody().front();
}

Block *ModuleOp::getForwardBlock() {
  return &forwardOf(*this).getBody().front();
}

LogicalResult ModuleOp::verifyRegions() {
  int64_t forwards = llvm::range_size(getBody().getOps<ForwardOp>());
  if (forwards != 1) // C1
    return emitOpError("expected one `nn.forward`, got ") << forwards;
  if (!isa<ForwardOp>(getClassBody()->back())) // C1
    return emitOpError("expected `nn.forward` to come last, got `") << getClassBody()->back().getName() << '`';
  llvm::StringMap<Operation *> names;
  for (Operation &op : getBody().getOps()) {
    StringAttr name = op.getAttrOfType<StringAttr>("name");
    if (!name)
      continue;
    auto [it, isNew] = names.try_emplace(name, &op);
    if (isNew)
      continue;
    InFlightDiagnostic diagnostic = op.emitOpError("expected a unique name, got \"") << name.getValue() << "\" again"; // C2
    diagnostic.attachNote(it->second->getLoc()) << "first used here";
    return diagnostic;
  }
  return success();
}

/// Returns true if an instance of `target` is reached from `module`, at any depth.
static bool reaches(ModuleOp module, ModuleOp target, SymbolTableCollection &symbols,
                    llvm::SmallPtrSetImpl<Operation *> &visited) {
  for (InstanceOp instance : module.getBody().getOps<InstanceOp>()) {
    ModuleOp next = classOf(instance, symbols);
    if (next == target)
      return true;
    if (next && visited.insert(next).second && reaches(next, target, symbols, visited))
      return true;
  }
  return false;
}

LogicalResult ModuleOp::verifySymbolUses(SymbolTableCollection &symbols) {
  llvm::SmallPtrSet<Operation *, 8> visited;
  if (reaches(*this, *this, symbols, visited)) // C3
    return emitOpError("expected no instance of @") << getSymName() << " within itself, got one";
  return success();
}

//===----------------------------------------------------------------------------------------------------------------------===//
// parameter
//===----------------------------------------------------------------------------------------------------------------------===//

StringRef ParameterOp::getParameterName() {
  return getName();
}

RankedTensorType ParameterOp::getParameterType() {
  return getType();
}

StringRef ParameterOp::getInitializer() {
  return getInit();
}

LogicalResult ParameterOp::verify() {
  if (getInit() != "normal" && getInit() != "ones" && getInit() != "zeros") // C1
    return emitOpError("expected `init` to be \"normal\", \"ones\" or \"zeros\", got \"") << getInit() << '"';
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
  printer.printOptionalAttrDict((*this)->getAttrs(), {"name", "type", "init"});
}

//===----------------------------------------------------------------------------------------------------------------------===//
// instance
//===----------------------------------------------------------------------------------------------------------------------===//

StringRef InstanceOp::getInstanceName() {
  return getName();
}

std::optional<int64_t> InstanceOp::getListSize() {
  return getCount() ? std::optional<int64_t>(*getCount()) : std::nullopt;
}

SmallVector<std::pair<std::string, std::string>> InstanceOp::getTies() {
  SmallVector<std::pair<std::string, std::string>> ties;
  if (!getTied())
    return ties;
  for (auto [tied, to] : llvm::zip_equal(getTied()->getAsValueRange<StringAttr>(), getTiedTo()->getAsValueRange<StringAttr>()))
    ties.emplace_back(tied.str(), to.str());
  return ties;
}

LogicalResult InstanceOp::verifySymbolUses(SymbolTableCollection &symbols) {
  ModuleOp module = classOf(*this, symbols);
  if (!module) // C1
    return emitOpError("expected a class, got @") << getClassName() << ", which is none";
  if (getListSize() && *getListSize() < 1) // C2
    return emitOpError("expected one element at least, got ") << *getListSize();
  size_t numTied = getTied() ? getTied()->size() : 0, numTiedTo = getTiedTo() ? getTiedTo()->size() : 0;
  if (numTied != numTiedTo) // C3
    return emitOpError("expected as many names in `tied` and `tied_to`, got ") << numTied << " and " << numTiedTo;
  for (auto &[tied, to] : getTies()) {
    ParameterOp left = findParameter(module, tied, symbols);
    ParameterOp right = findParameter((*this)->getParentOfType<ModuleOp>(), to, symbols);
    if (!left || !right) // C3
      return emitOpError("expected a tie of parameters, got \"") << (left ? to : tied) << "\", which is none";
    if (left.getType() != right.getType()) // C3
      return emitOpError("expected \"") << tied << "\" of type " << right.getType() << ", like \"" << to << "\", got "
                                        << left.getType();
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

ParseResult InstanceOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  FlatSymbolRefAttr className;
  int64_t count = 0;
  if (parser.parseSymbolName(name) || parser.parseColon())
    return failure();
  OptionalParseResult counted = parser.parseOptionalInteger(count);
  if (counted.has_value()) {
    if (failed(*counted) || parser.parseKeyword("x"))
      return failure();
    result.addAttribute("count", parser.getBuilder().getI64IntegerAttr(count));
  }
  if (parser.parseAttribute(className))
    return failure();
  result.addAttribute("name", name);
  result.addAttribute("class_name", className);
  if (succeeded(parser.parseOptionalKeyword("tie")) && parseTies(parser, result))
    return failure();
  return parser.parseOptionalAttrDict(result.attributes);
}

void InstanceOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getName());
  printer << " : ";
  if (getListSize())
    printer << *getListSize() << " x ";
  printer << getClassNameAttr();
  if (getTied()) {
    printer << " tie [";
    llvm::interleaveComma(llvm::zip(*getTied(), *getTiedTo()), printer,
                          [&](auto tie) { printer << std::get<0>(tie) << " = " << std::get<1>(tie); });
    printer << ']';
  }
  printer.printOptionalAttrDict((*this)->getAttrs(), {"name", "class_name", "count", "tied", "tied_to"});
}

//===----------------------------------------------------------------------------------------------------------------------===//
// forward
//===----------------------------------------------------------------------------------------------------------------------===//

LogicalResult ForwardOp::verifyRegions() {
  FunctionType type = getFunctionType();
  Block &block = getBody().front();
  if (block.getArgumentTypes() != type.getInputs())
    return emitOpError("expected arguments of types (") << type.getInputs() << "), got (" << block.getArgumentTypes() << ")";
  auto end = dyn_cast<ReturnOp>(block.getTerminator());
  if (!end || !sameTypes(end.getOperandTypes(), type.getResults())) { // C1
    InFlightDiagnostic diagnostic = emitOpError("expected `nn.return` of (") << type.getResults() << "), got ";
    return end ? diagnostic << "(" << end.getOperandTypes() << ")"
               : diagnostic << '`' << block.getTerminator()->getName() << '`';
  }
  return success();
}

ParseResult ForwardOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<Type> results;
  if (parser.parseArgumentList(arguments, AsmParser::Delimiter::Paren, /*allowType=*/true) ||
      parser.parseOptionalArrowTypeList(results) || parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  SmallVector<Type> inputs = llvm::map_to_vector(arguments, [](auto &argument) { return argument.type; });
  result.addAttribute("function_type", TypeAttr::get(parser.getBuilder().getFunctionType(inputs, results)));
  return parser.parseRegion(*result.addRegion(), arguments);
}

void ForwardOp::print(OpAsmPrinter &printer) {
  printer << '(';
  llvm::interleaveComma(getBody().getArguments(), printer,
                        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalArrowTypeList(getFunctionType().getResults());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"function_type"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//===----------------------------------------------------------------------------------------------------------------------===//
// use
//===----------------------------------------------------------------------------------------------------------------------===//

StringRef UseOp::getUsedParameter() {
  return getParameter();
}

LogicalResult UseOp::verify() {
  auto module = (*this)->getParentOfType<ModuleOp>();
  ParameterOp parameter = module ? findIn<ParameterOp>(module, getParameter()) : ParameterOp();
  if (!parameter) // C1
    return emitOpError("expected a parameter of the class, got @") << getParameter() << ", which is none";
  return expectType(*this, "the result", getResult(), parameter.getType().getShape(),
                    parameter.getType().getElementType()); // C1
}

//===----------------------------------------------------------------------------------------------------------------------===//
// call
//===----------------------------------------------------------------------------------------------------------------------===//

StringRef CallOp::getCalledInstance() {
  return getCallee();
}

bool CallOp::callsWholeList() {
  auto instance = findIn<InstanceOp>((*this)->getParentOfType<ModuleOp>(), getCallee());
  return instance && instance.getListSize();
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto instance = findIn<InstanceOp>((*this)->getParentOfType<ModuleOp>(), getCallee());
  if (!instance) // C1
    return emitOpError("expected an instance of the class, got @") << getCallee() << ", which is none";
  ModuleOp module = classOf(instance, symbols);
  if (!module) // reported by the instance
    return success();
  FunctionType type = forwardOf(module).getFunctionType();
  if (!sameTypes(getOperandTypes(), type.getInputs()) || !sameTypes(getResultTypes(), type.getResults())) { // C2
    auto got = FunctionType::get(getContext(), getOperandTypes(), getResultTypes());
    return emitOpError("expected type ") << type << " as @" << module.getSymName() << " has, got " << got;
  }
  bool isChain =
      type.getNumInputs() > 0 && type.getNumResults() == 1 && sameTypes(type.getInputs().take_front(), type.getResults());
  if (callsWholeList() && !isChain) // C3
    return emitOpError("expected the class of a list to have one result, of its first operand's type, got ") << type;
  return success();
}

} // namespace shardc::nn
