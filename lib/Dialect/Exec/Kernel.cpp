//===- Kernel.cpp - exec.kernel and exec.launch ------------------------------------------------===//
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/OpInterfaces.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::exec;

YieldOp KernelOp::getYield() {
  return cast<YieldOp>(getBody().front().back());
}

//=== ------------------------------------------------------------------------------------------===//
// exec.kernel @name(%x: type, ...) -> (types) rows = [...] in_place = [...] flops = n { ... }
//=== ------------------------------------------------------------------------------------------===//

/// Parses `[1, 2]` after `keyword =`.
static ParseResult parseIntegers(OpAsmParser &parser, StringRef keyword, DenseI64ArrayAttr &attr) {
  SmallVector<int64_t> values;
  auto parseElement = [&] { return parser.parseInteger(values.emplace_back()); };
  if (parser.parseKeyword(keyword) || parser.parseEqual() ||
      parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square, parseElement))
    return failure();
  attr = parser.getBuilder().getDenseI64ArrayAttr(values);
  return success();
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  auto &properties = result.getOrAddProperties<KernelOp::Properties>();
  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<Type> results;
  if (parser.parseSymbolName(properties.sym_name) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren, /*allowType=*/true) || parser.parseArrow())
    return failure();
  auto parseResult = [&] { return parser.parseType(results.emplace_back()); };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren, parseResult) ||
      parseIntegers(parser, "rows", properties.rows) || parseIntegers(parser, "in_place", properties.in_place))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("flops"))) {
    int64_t flops = 0;
    if (parser.parseEqual() || parser.parseInteger(flops))
      return failure();
    properties.flops = parser.getBuilder().getI64IntegerAttr(flops);
  }
  if (succeeded(parser.parseOptionalKeyword("gpu_launches")))
    if (parser.parseEqual() || parser.parseAttribute(properties.gpu_launches))
      return failure();
  SmallVector<Type> inputs =
      llvm::map_to_vector(arguments, [](OpAsmParser::Argument &argument) { return argument.type; });
  properties.function_type = TypeAttr::get(parser.getBuilder().getFunctionType(inputs, results));
  return failure(parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
                 parser.parseRegion(*result.addRegion(), arguments));
}

void KernelOp::print(OpAsmPrinter &p) {
  p << ' ';
  p.printSymbolName(getSymName());
  p << '(';
  llvm::interleaveComma(getBody().getArguments(), p, [&](BlockArgument argument) { p.printRegionArgument(argument); });
  p << ") -> (";
  llvm::interleaveComma(getFunctionType().getResults(), p);
  p << ") rows = [";
  llvm::interleaveComma(getRows(), p);
  p << "] in_place = [";
  llvm::interleaveComma(getInPlace(), p);
  p << ']';
  if (std::optional<uint64_t> flops = getFlops())
    p << " flops = " << static_cast<int64_t>(*flops);
  if (ArrayAttr launches = getGpuLaunchesAttr())
    p << " gpu_launches = " << launches;
  p.printOptionalAttrDictWithKeyword(llvm::to_vector((*this)->getDiscardableAttrs()));
  p << ' ';
  p.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

SmallVector<GpuLaunchAttr> KernelOp::getLaunchesOnGpu() {
  ArrayAttr launches = getGpuLaunchesAttr();
  return launches ? llvm::to_vector(launches.getAsRange<GpuLaunchAttr>()) : SmallVector<GpuLaunchAttr>();
}

//=== ------------------------------------------------------------------------------------------===//
// Verifiers
//=== ------------------------------------------------------------------------------------------===//

/// Verifies the pairs of `in_place`: each a result and an argument of one size.
static LogicalResult verifyInPlace(KernelOp kernel) {
  ArrayRef<int64_t> pairs = kernel.getInPlace();
  FunctionType type = kernel.getFunctionType();
  if (pairs.size() % 2 != 0)
    return kernel.emitOpError("in_place must be pairs, got ") << pairs.size() << " numbers";
  for (size_t i = 0; i < pairs.size(); i += 2) {
    int64_t result = pairs[i], argument = pairs[i + 1];
    if (result < 0 || result >= type.getNumResults() || argument < 0 || argument >= type.getNumInputs())
      return kernel.emitOpError("in_place names result ")
             << result << " and argument " << argument << ", one of which is not there";
    if (bytesOf(type.getResult(result)) != bytesOf(type.getInput(argument)))
      return kernel.emitOpError("result ") << result << " and argument " << argument << " of in_place differ in size";
  }
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  Block &block = getBody().front();
  auto yield = block.empty() ? nullptr : dyn_cast<YieldOp>(block.back());
  if (!yield || yield.getValues().getTypes() != getFunctionType().getResults()) // C1
    return emitOpError("must end in an exec.yield of its result types");
  if (block.getArgumentTypes() != getFunctionType().getInputs())
    return emitOpError("the body's arguments must have the types of the kernel's");
  if (failed(verifyInPlace(*this))) // C2
    return failure();
  for (int64_t size : getRows())
    if (size <= 0) // C3
      return emitOpError("rows must be positive, got ") << size;
  return success();
}

/// Verifies that arguments which are memory have the elements of the kernel's arguments and results.
static LogicalResult verifyArguments(KernelOp kernel, GpuLaunchAttr launch, FunctionOpInterface function) {
  FunctionType type = kernel.getFunctionType();
  for (auto [operand, argument] : llvm::zip(launch.getOperands(), function.getArgumentTypes())) {
    auto memory = dyn_cast<ShapedType>(argument);
    if (!memory || operand >= type.getNumInputs() + type.getNumResults())
      continue;
    auto tensor = cast<ShapedType>(operand < type.getNumInputs() ? type.getInput(operand)
                                                                 : type.getResult(operand - type.getNumInputs()));
    if (memory.getElementType() == tensor.getElementType() && memory.getNumElements() == tensor.getNumElements())
      continue;
    InFlightDiagnostic diag = kernel.emitOpError("launches ")
                              << launch.getFunction() << " with " << tensor << ", for which it takes " << memory;
    diag.attachNote(function.getLoc()) << "function declared here";
    return diag;
  }
  return success();
}

LogicalResult KernelOp::verifySymbolUses(SymbolTableCollection &symbols) {
  for (GpuLaunchAttr launch : getLaunchesOnGpu()) { // C4
    auto function = symbols.lookupNearestSymbolFrom<FunctionOpInterface>(*this, launch.getFunction());
    if (!function)
      return emitOpError("there is no function ") << launch.getFunction() << " to launch";
    size_t numArguments = launch.getOperands().size() + launch.getNumbers().size();
    if (function.getNumArguments() != numArguments) {
      InFlightDiagnostic diag = emitOpError("launches ") << launch.getFunction() << " with " << numArguments
                                                         << " arguments, and it takes " << function.getNumArguments();
      diag.attachNote(function.getLoc()) << "function declared here";
      return diag;
    }
    if (failed(verifyArguments(*this, launch, function)))
      return failure();
  }
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// exec.launch
//=== ------------------------------------------------------------------------------------------===//

/// Returns true if `values` have the types `types`, encodings aside.
static bool haveTypes(ValueRange values, ArrayRef<Type> types) {
  return values.size() == types.size() && llvm::all_of(llvm::zip(values, types), [](auto pair) {
           return withoutEncoding(std::get<0>(pair).getType()) == withoutEncoding(std::get<1>(pair));
         });
}

/// Verifies that the workspace is as large as what the kernel's functions take, which are the only bytes among memory.
static LogicalResult verifyWorkspace(LaunchOp op, KernelOp kernel, SymbolTableCollection &symbols) {
  for (GpuLaunchAttr launch : kernel.getLaunchesOnGpu()) {
    auto function = symbols.lookupNearestSymbolFrom<FunctionOpInterface>(kernel, launch.getFunction());
    if (!function)
      return success(); // the kernel says so
    for (Type argument : function.getArgumentTypes()) {
      auto memory = dyn_cast<ShapedType>(argument);
      if (!memory || !memory.getElementType().isInteger(8) ||
          memory.getNumElements() == static_cast<int64_t>(op.getWorkspace()))
        continue;
      InFlightDiagnostic diag = op.emitOpError("must have a workspace of ")
                                << memory.getNumElements() << " bytes, got " << static_cast<int64_t>(op.getWorkspace());
      diag.attachNote(function.getLoc()) << "function declared here";
      return diag;
    }
  }
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto kernel = symbols.lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  if (!kernel) // C1
    return emitOpError("there is no kernel @") << getKernel();
  if (!haveTypes(getInputs(), kernel.getFunctionType().getInputs()) ||
      !haveTypes(getOutputs(), kernel.getFunctionType().getResults())) {
    InFlightDiagnostic diag = emitOpError("operands and results must have the types of kernel @") << getKernel();
    diag.attachNote(kernel.getLoc()) << "kernel declared here";
    return diag;
  }
  return verifyWorkspace(*this, kernel, symbols); // C2
}

int64_t LaunchOp::getWorkspaceBytes() {
  return getWorkspace();
}

StringRef LaunchOp::getCallee() {
  return getKernel();
}

bool LaunchOp::mayAlias(unsigned result, unsigned operand) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<KernelOp>(*this, getKernelAttr());
  ArrayRef<int64_t> pairs = kernel.getInPlace();
  for (size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (pairs[i] == result && pairs[i + 1] == operand)
      return true;
  return false;
}
