//===- Module.cpp - nn.module, forward, return, use, call --------------------------------------===//
#include "Lookup.h"
#include "Verify.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

// Within the namespace, where ModuleOp is nn's and not the builtin one.
namespace shardc::nn {

static ForwardOp forwardOf(ModuleOp module) {
  auto forwards = module.getBody().getOps<ForwardOp>();
  return forwards.empty() ? ForwardOp() : *forwards.begin();
}

/// Encodings are not looked at, as everywhere in nn.
static bool sameTypes(TypeRange a, TypeRange b) {
  auto plain = [](Type type) { return isa<RankedTensorType>(type) ? Type(withoutEncoding(type)) : type; };
  return a.size() == b.size() &&
         llvm::all_of(llvm::zip(a, b), [&](auto pair) { return plain(std::get<0>(pair)) == plain(std::get<1>(pair)); });
}

//=== ------------------------------------------------------------------------------------------===//
// module
//=== ------------------------------------------------------------------------------------------===//

Block *ModuleOp::getClassBody() {
  return &getBody().front();
}

Block *ModuleOp::getForwardBlock() {
  return &forwardOf(*this).getBody().front();
}

SmallVector<StringRef> ModuleOp::getArgumentNames() {
  return llvm::to_vector(forwardOf(*this).getArgumentNames().getAsValueRange<StringAttr>());
}

/// The shape of the tensor that a parameter is a part of.
static SmallVector<int64_t> tensorShape(ParameterOp part) {
  SmallVector<int64_t> shape(part.getType().getShape());
  shape[*part.getTensorDim()] = *part.getTensorSize();
  return shape;
}

/// Checks that parts, in order of place, follow one another along one dimension and make up the whole tensor.
static LogicalResult verifyParts(StringRef tensor, ArrayRef<ParameterOp> parts) { // C4
  ParameterOp first = parts.front();
  uint64_t dim = *first.getTensorDim(), end = 0;
  for (ParameterOp part : parts) {
    if (tensorShape(part) != tensorShape(first) || *part.getTensorDim() != dim)
      return part.emitOpError("expected a part of \"")
             << tensor << "\" along dimension " << dim << " of shape [" << tensorShape(first) << "], as \""
             << first.getName() << "\" is, got dimension " << *part.getTensorDim() << " of shape [" << tensorShape(part)
             << "]";
    if (*part.getTensorAt() != end)
      return part.emitOpError("expected a part of \"")
             << tensor << "\" at " << end << ", where the one before ends, got " << *part.getTensorAt();
    end += part.getType().getDimSize(dim);
  }
  if (end != *first.getTensorSize())
    return first.emitOpError("expected parts of \"")
           << tensor << "\" that make up its size of " << *first.getTensorSize() << ", got " << end;
  return success();
}

static LogicalResult verifyParts(ModuleOp module) {
  llvm::MapVector<StringRef, SmallVector<ParameterOp>> tensors;
  for (ParameterOp parameter : module.getBody().getOps<ParameterOp>())
    if (parameter.getTensor())
      tensors[*parameter.getTensor()].push_back(parameter);
  for (auto &[tensor, parts] : tensors) {
    llvm::sort(parts, [](ParameterOp a, ParameterOp b) { return *a.getTensorAt() < *b.getTensorAt(); });
    if (failed(verifyParts(tensor, parts)))
      return failure();
  }
  return success();
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
    InFlightDiagnostic diagnostic = op.emitOpError("expected a unique name, got \"")
                                    << name.getValue() << "\" again"; // C2
    diagnostic.attachNote(it->second->getLoc()) << "first used here";
    return diagnostic;
  }
  return verifyParts(*this);
}

/// Returns true if an instance of `target` is reached from `module`, at any depth.
static bool reaches(ModuleOp module, ModuleOp target, SymbolTableCollection &symbols,
                    llvm::SmallPtrSetImpl<Operation *> &visited) {
  for (InstanceOp instance : module.getBody().getOps<InstanceOp>())
    for (Attribute name : instance.getClasses()) {
      ModuleOp next = lookUp(instance, name, symbols);
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

//=== ------------------------------------------------------------------------------------------===//
// forward
//=== ------------------------------------------------------------------------------------------===//

/// Returns true for a name that is the same when it is printed as that of a value, and read again.
static bool isArgumentName(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

LogicalResult ForwardOp::verify() { // C2
  if (getArgumentNames().size() != getFunctionType().getNumInputs())
    return emitOpError("expected ") << getFunctionType().getNumInputs() << " names of arguments, got "
                                    << getArgumentNames().size();
  llvm::StringSet<> seen;
  for (StringRef name : getArgumentNames().getAsValueRange<StringAttr>())
    if (!isArgumentName(name))
      return emitOpError("expected a name of letters, digits and _, which begins with no digit, got \"") << name << '"';
    else if (!seen.insert(name).second)
      return emitOpError("expected each argument to have a name of its own, got \"") << name << "\" twice";
  return success();
}

void ForwardOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  for (auto [argument, name] : llvm::zip(getBody().getArguments(), getArgumentNames().getAsValueRange<StringAttr>()))
    setName(argument, name);
}

LogicalResult ForwardOp::verifyRegions() {
  FunctionType type = getFunctionType();
  Block &block = getBody().front();
  if (block.getArgumentTypes() != type.getInputs())
    return emitOpError("expected arguments of types (")
           << type.getInputs() << "), got (" << block.getArgumentTypes() << ")";
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
  SmallVector<Attribute> names;
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    StringRef name = argument.ssaName.name.drop_front();
    names.push_back(parser.getBuilder().getStringAttr(isArgumentName(name) ? name : "arg" + Twine(i)));
  }
  result.addAttribute("argument_names", parser.getBuilder().getArrayAttr(names));
  return parser.parseRegion(*result.addRegion(), arguments);
}

void ForwardOp::print(OpAsmPrinter &printer) {
  printer << '(';
  llvm::interleaveComma(getBody().getArguments(), printer,
                        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalArrowTypeList(getFunctionType().getResults());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"function_type", "argument_names"});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//=== ------------------------------------------------------------------------------------------===//
// use
//=== ------------------------------------------------------------------------------------------===//

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

//=== ------------------------------------------------------------------------------------------===//
// call
//=== ------------------------------------------------------------------------------------------===//

StringRef CallOp::getCalledInstance() {
  return getCallee();
}

bool CallOp::callsWholeList() {
  auto instance = findIn<InstanceOp>((*this)->getParentOfType<ModuleOp>(), getCallee());
  return instance && instance.getListSize();
}

/// Checks a call against one class of the instance.
static LogicalResult verifyCall(CallOp call, InstanceOp instance, ModuleOp module) {
  FunctionType type = forwardOf(module).getFunctionType();
  SmallVector<Type> operands(call.getOperandTypes());
  if (instance.getNumbers())
    operands.append(instance.getNumbers()->size(), RankedTensorType::get({}, IntegerType::get(call.getContext(), 32)));
  if (!sameTypes(operands, type.getInputs()) || !sameTypes(call.getResultTypes(), type.getResults())) { // C2
    auto got = FunctionType::get(call.getContext(), operands, call.getResultTypes());
    return call.emitOpError("expected type ") << type << " as @" << module.getSymName() << " has, got " << got;
  }
  bool isChain = type.getNumInputs() > 0 && type.getNumResults() == 1 &&
                 sameTypes(type.getInputs().take_front(), type.getResults());
  if (call.callsWholeList() && !isChain) // C3
    return call.emitOpError("expected the class of a list to have one result, of its first operand's type, got ")
           << type;
  return success();
}

LogicalResult CallOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto instance = findIn<InstanceOp>((*this)->getParentOfType<ModuleOp>(), getCallee());
  if (!instance) // C1
    return emitOpError("expected an instance of the class, got @") << getCallee() << ", which is none";
  for (Attribute name : instance.getClasses())
    if (ModuleOp module = lookUp(instance, name, symbols)) // otherwise reported by the instance
      if (failed(verifyCall(*this, instance, module)))
        return failure();
  return success();
}

} // namespace shardc::nn
