//===- HostCode.cpp - Sections as straight lines of calls --------------------------------------===//
//
// A value's address is the arena's plus the offset of its definition. Long sections become several functions, because
// the time to compile one grows faster than its length.
//
//=== ------------------------------------------------------------------------------------------===//
#include "shardc/Conversion/Host/HostCode.h"
#include "HostGlobals.h"
#include "shardc/Conversion/Kernels/KernelPlan.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "shardc/Interfaces/RuntimeFunction.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

namespace {

constexpr int64_t callsPerFunction = 200;

/// A kernel, and the number of the first function that it launches on a GPU.
struct NumberedKernel {
  exec::KernelOp kernel;
  int32_t firstFunction = 0;
};

/// Writes one section.
class SectionWriter {
public:
  SectionWriter(exec::SectionOp section, ModuleOp host, HostGlobals &globals, const Groups &groups,
                const llvm::StringMap<NumberedKernel> &kernels, const exec::StateOffsets &stateOffsets, bool isCuda)
      : section(section), b(section.getLoc(), host.getBodyRegion()), globals(globals), groups(groups), kernels(kernels),
        stateOffsets(stateOffsets), isCuda(isCuda), pointer(LLVM::LLVMPointerType::get(host.getContext())) {
    b.setInsertionPointToEnd(host.getBody());
  }

  LogicalResult write();

private:
  LogicalResult placeResults(Operation *op);
  LogicalResult writeTask(Operation *op);
  LogicalResult writeOnStream(exec::TaskOpInterface op);
  LogicalResult writeLaunch(exec::LaunchOp op);
  void callKernel(exec::LaunchOp op, ArrayRef<Value> operands);
  LogicalResult launchKernel(const NumberedKernel &numbered, ArrayRef<Value> operands);
  void launchFunction(int32_t number, ArrayRef<Value> arguments);
  void callRuntime(const RuntimeFunction &runtime, ValueRange operands);
  LogicalResult writeCall(exec::CallOp op);
  LogicalResult writeCollective(exec::CollectiveOp op);
  LogicalResult writeCopy(exec::CopyOp op);

  LLVM::LLVMFuncOp startFunction(const Twine &name, LLVM::Linkage linkage);
  void finishFunction();
  void returnIfFailed(Value status);
  Value addressAt(int64_t offset);
  Value addressOf(Value value) { return addressAt(offsets.lookup(value)); }
  LogicalResult addWorkspace(exec::TaskOpInterface task, SmallVectorImpl<Value> &operands);
  Value coordinate(ArrayAttr axes);
  Value integer32(int64_t number) {
    return LLVM::ConstantOp::create(b, b.getI32IntegerAttr(static_cast<int32_t>(number)));
  }
  Value integer(int64_t number) { return LLVM::ConstantOp::create(b, b.getI64IntegerAttr(number)); }

  exec::SectionOp section;
  ImplicitLocOpBuilder b;
  HostGlobals &globals;
  const Groups &groups;
  const llvm::StringMap<NumberedKernel> &kernels;
  const exec::StateOffsets &stateOffsets;
  bool isCuda;
  LLVM::LLVMPointerType pointer;
  llvm::DenseSet<int64_t> awaited; ///< ids of tasks that later ones wait for
  DenseMap<Value, int64_t> offsets;
  /// Of the function being written.
  Value rank, arena;
  DenseMap<Attribute, Value> coordinates;
};

} // namespace

//=== ------------------------------------------------------------------------------------------===//
// Functions
//=== ------------------------------------------------------------------------------------------===//

LLVM::LLVMFuncOp SectionWriter::startFunction(const Twine &name, LLVM::Linkage linkage) {
  auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer, pointer});
  auto function = LLVM::LLVMFuncOp::create(b, name.str(), type, linkage);
  Block *entry = function.addEntryBlock(b);
  rank = entry->getArgument(0);
  arena = entry->getArgument(1);
  coordinates.clear();
  b.setInsertionPointToStart(entry);
  return function;
}

void SectionWriter::finishFunction() {
  LLVM::ReturnOp::create(b, LLVM::ConstantOp::create(b, b.getI32IntegerAttr(0)).getResult());
  b.setInsertionPointAfter(b.getInsertionBlock()->getParentOp());
}

/// Goes on in a new block; a status that is not zero is returned.
void SectionWriter::returnIfFailed(Value status) {
  Block *here = b.getInsertionBlock();
  Region *body = here->getParent();
  Block *failed = b.createBlock(body, body->end()), *next = b.createBlock(body, body->end());
  b.setInsertionPointToEnd(failed);
  LLVM::ReturnOp::create(b, status);
  b.setInsertionPointToEnd(here);
  Value isZero =
      LLVM::ICmpOp::create(b, LLVM::ICmpPredicate::eq, status, LLVM::ConstantOp::create(b, b.getI32IntegerAttr(0)));
  LLVM::CondBrOp::create(b, isZero, next, failed);
  b.setInsertionPointToEnd(next);
}

LogicalResult SectionWriter::write() {
  std::string name = ("shard_section_" + section.getSymName()).str();
  SmallVector<LLVM::LLVMFuncOp> parts;
  int64_t numCalls = 0;
  for (auto task : section.getBody().front().getOps<exec::TaskOpInterface>())
    awaited.insert_range(task.getWaits());
  for (Operation &op : section.getBody().front()) {
    if (failed(placeResults(&op)))
      return failure();
    if (!isa<exec::TaskOpInterface>(op))
      continue;
    if (numCalls++ % callsPerFunction == 0) {
      if (!parts.empty())
        finishFunction();
      parts.push_back(startFunction(name + "." + Twine(parts.size()), LLVM::Linkage::Internal));
    }
    if (failed(isCuda ? writeOnStream(cast<exec::TaskOpInterface>(op)) : writeTask(&op)))
      return failure();
  }
  if (!parts.empty())
    finishFunction();
  startFunction(name, LLVM::Linkage::External);
  for (LLVM::LLVMFuncOp part : parts)
    returnIfFailed(LLVM::CallOp::create(b, part, ValueRange{rank, arena}).getResult());
  finishFunction();
  return success();
}

//=== ------------------------------------------------------------------------------------------===//
// Addresses
//=== ------------------------------------------------------------------------------------------===//

/// Notes where the results of an operation lie.
LogicalResult SectionWriter::placeResults(Operation *op) {
  if (auto read = dyn_cast<exec::ReadOp>(op)) {
    FailureOr<int64_t> offset = stateOffsets.find(read, read.getKey());
    if (succeeded(offset))
      offsets[read.getResult()] = *offset;
    return offset;
  }
  if (auto view = dyn_cast<exec::ViewOp>(op)) {
    offsets[view.getResult()] = offsets.lookup(view.getX());
    return success();
  }
  if (isa<exec::WriteOp>(op))
    return success();
  auto task = dyn_cast<exec::TaskOpInterface>(op);
  if (!task)
    return op->emitError("operation '") << op->getName() << "' is no task";
  if (op->getNumResults() != task.getOffsets().size())
    return op->emitOpError("must have an offset for each of its ")
           << op->getNumResults() << " results, got " << task.getOffsets().size();
  for (auto [result, offset] : llvm::zip(op->getResults(), task.getOffsets()))
    offsets[result] = offset;
  return success();
}

Value SectionWriter::addressAt(int64_t offset) {
  return LLVM::GEPOp::create(b, pointer, b.getI8Type(), arena, ValueRange{integer(offset)});
}

/// Appends the address of the task's workspace, if it has one.
LogicalResult SectionWriter::addWorkspace(exec::TaskOpInterface task, SmallVectorImpl<Value> &operands) {
  if (task.getWorkspaceBytes() <= 0)
    return success();
  std::optional<int64_t> offset = task.getWorkspaceOffset();
  if (!offset)
    return task->emitOpError("must have an offset for its workspace of ") << task.getWorkspaceBytes() << " bytes";
  operands.push_back(addressAt(*offset));
  return success();
}

/// The rank's position in a group, asked for once at the start of each function.
Value SectionWriter::coordinate(ArrayAttr axes) {
  Value &value = coordinates[axes];
  if (value)
    return value;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfterValue(arena);
  RuntimeFunction runtime = SHARDC_RUNTIME_FN(shardrt_coordinate, b.getContext());
  LLVM::LLVMFuncOp function = globals.declare(runtime.symbol, runtime.type);
  value = LLVM::CallOp::create(b, function, ValueRange{rank, integer(groups.indexOf(axes))}).getResult();
  return value;
}

//=== ------------------------------------------------------------------------------------------===//
// Tasks
//=== ------------------------------------------------------------------------------------------===//

LogicalResult SectionWriter::writeTask(Operation *op) {
  b.setLoc(op->getLoc());
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](exec::LaunchOp launch) { return writeLaunch(launch); })
      .Case([&](exec::CallOp call) { return writeCall(call); })
      .Case([&](exec::CollectiveOp collective) { return writeCollective(collective); })
      .Case([&](exec::CopyOp copy) { return writeCopy(copy); })
      .Default([](Operation *other) { return other->emitError("task '") << other->getName() << "' is not supported"; });
}

void SectionWriter::callRuntime(const RuntimeFunction &runtime, ValueRange operands) {
  returnIfFailed(LLVM::CallOp::create(b, globals.declare(runtime.symbol, runtime.type), operands).getResult());
}

/// Says which stream the task's calls go to, and what it waits for.
LogicalResult SectionWriter::writeOnStream(exec::TaskOpInterface op) {
  b.setLoc(op.getLoc());
  std::optional<int64_t> id = op.getTaskId();
  if (!id)
    return op.emitError("must have an id and a stream");
  SmallVector<int32_t> waits(op.getWaits());
  Value list = waits.empty() ? LLVM::ZeroOp::create(b, pointer).getResult()
                             : LLVM::AddressOfOp::create(b, globals.constant(b.getI32TensorAttr(waits))).getResult();
  callRuntime(SHARDC_RUNTIME_FN(shardrt_begin_task, b.getContext()),
              {rank, integer32(*id), integer32(static_cast<int64_t>(op.getStream())), list, integer32(waits.size())});
  if (failed(writeTask(op)))
    return failure();
  callRuntime(SHARDC_RUNTIME_FN(shardrt_end_task, b.getContext()),
              {rank, integer32(*id), integer32(awaited.contains(*id))});
  return success();
}

LogicalResult SectionWriter::writeLaunch(exec::LaunchOp op) {
  NumberedKernel numbered = kernels.lookup(op.getKernel());
  exec::KernelOp kernel = numbered.kernel;
  SmallVector<Value> operands = llvm::map_to_vector(op.getInputs(), [&](Value input) { return addressOf(input); });
  for (Value output : op.getOutputs())
    operands.push_back(addressOf(output));
  for (ArrayAttr axes : coordinatesOf(kernel))
    operands.push_back(coordinate(axes));
  if (isCuda) {
    if (failed(addWorkspace(op, operands)))
      return failure();
    return launchKernel(numbered, operands);
  }
  operands.append({integer(0), integer(llvm::product_of(kernel.getRows()))});
  callKernel(op, operands);
  return success();
}

void SectionWriter::callKernel(exec::LaunchOp op, ArrayRef<Value> operands) {
  SmallVector<Type> types = llvm::to_vector(ValueRange(operands).getTypes());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()), types);
  LLVM::LLVMFuncOp function = globals.declare(op.getKernel(), type);
  function.setVisibility_(LLVM::Visibility::Hidden);
  LLVM::CallOp::create(b, function, operands);
}

LogicalResult SectionWriter::launchKernel(const NumberedKernel &numbered, ArrayRef<Value> operands) {
  exec::KernelOp kernel = numbered.kernel;
  SmallVector<exec::GpuLaunchAttr> launches = kernel.getLaunchesOnGpu();
  if (launches.empty())
    return kernel.emitOpError("has no launches on a GPU, which the program is for");
  for (auto [i, launch] : llvm::enumerate(launches)) {
    SmallVector<Value> arguments;
    for (int64_t operand : launch.getOperands()) {
      if (operand >= static_cast<int64_t>(operands.size()))
        return kernel.emitOpError("is launched with operand ") << operand << ", and has " << operands.size();
      arguments.push_back(operands[operand]);
    }
    for (int64_t number : launch.getNumbers())
      arguments.push_back(integer(number));
    launchFunction(numbered.firstFunction + static_cast<int32_t>(i), arguments);
  }
  return success();
}

/// Hands the arguments over in memory, 8 bytes each.
void SectionWriter::launchFunction(int32_t number, ArrayRef<Value> arguments) {
  Value list;
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointAfterValue(arena);
    list = LLVM::AllocaOp::create(b, pointer, b.getI64Type(), integer(arguments.size()));
  }
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    Value place = LLVM::GEPOp::create(b, pointer, b.getI64Type(), list, ValueRange{integer(i)});
    LLVM::StoreOp::create(b, argument, place);
  }
  callRuntime(SHARDC_RUNTIME_FN(shardrt_launch, b.getContext()),
              {rank, integer32(number), list, integer32(arguments.size())});
}

LogicalResult SectionWriter::writeCall(exec::CallOp op) {
  auto type = dyn_cast<LLVM::LLVMFunctionType>(op.getFunctionType());
  if (!type)
    return op.emitOpError("must have the type of an LLVM function, got ") << op.getFunctionType();
  SmallVector<Value> operands = {rank};
  for (Value input : op.getInputs())
    operands.push_back(addressOf(input));
  for (Attribute constant : op.getConstants())
    operands.push_back(LLVM::AddressOfOp::create(b, globals.constant(cast<DenseElementsAttr>(constant))));
  for (Value output : op.getOutputs())
    operands.push_back(addressOf(output));
  if (failed(addWorkspace(op, operands)))
    return failure();
  for (int64_t number : op.getIntegers())
    operands.push_back(integer(number));
  for (double number : op.getFloats())
    operands.push_back(LLVM::ConstantOp::create(b, b.getF64FloatAttr(number)));

  if (TypeRange(type.getParams()) != TypeRange(ValueRange(operands)))
    return op.emitOpError("must call '") << op.getFunction() << "' as " << type << ", got operands of ("
                                         << ValueRange(operands).getTypes() << ")";
  Value status = LLVM::CallOp::create(b, globals.declare(op.getFunction(), type), operands).getResult();
  if (status)
    returnIfFailed(status);
  return success();
}

/// Returns the segment of one tensor: where it comes from and goes to, its blocks, a rank's part of one and the whole.
static SmallVector<int64_t> segmentOf(exec::CollectiveOp op, unsigned i, int64_t send, int64_t recv) {
  auto input = cast<RankedTensorType>(op.getInputs()[i].getType()),
       output = cast<RankedTensorType>(op.getOutputs()[i].getType());
  int64_t dim = op.getDims()[i];
  if (dim < 0)
    return {send, recv, 1, input.getNumElements(), input.getNumElements()};
  bool gathers = op.getKind() == exec::CollectiveKind::AllGather;
  RankedTensorType part = gathers ? input : output, whole = gathers ? output : input;
  int64_t outer = llvm::product_of(part.getShape().take_front(dim)),
          inner = llvm::product_of(part.getShape().drop_front(dim + 1));
  return {send, recv, outer, part.getDimSize(dim) * inner, whole.getDimSize(dim) * inner};
}

LogicalResult SectionWriter::writeCollective(exec::CollectiveOp op) {
  if (!op.getIndex())
    return op.emitOpError("must have its index in the program's order of collectives");
  SmallVector<int64_t> segments;
  for (auto [i, input, output] : llvm::enumerate(op.getInputs(), op.getOutputs()))
    llvm::append_range(segments, segmentOf(op, i, offsets.lookup(input), offsets.lookup(output)));
  RuntimeFunction runtime = SHARDC_RUNTIME_FN(shardrt_collective, b.getContext());
  Value desc = LLVM::AddressOfOp::create(b, globals.collective(op, segments));
  returnIfFailed(
      LLVM::CallOp::create(b, globals.declare(runtime.symbol, runtime.type), ValueRange{rank, desc}).getResult());
  return success();
}

LogicalResult SectionWriter::writeCopy(exec::CopyOp op) {
  Value source = op.getInputs().front(), target = op.getOutputs().front();
  RuntimeFunction runtime = SHARDC_RUNTIME_FN(shardrt_copy, b.getContext());
  LLVM::CallOp::create(b, globals.declare(runtime.symbol, runtime.type),
                       ValueRange{rank, addressOf(source), addressOf(target), integer(bytesOf(source.getType()))});
  return success();
}

LogicalResult codegen::emitSections(ModuleOp program, ModuleOp host) {
  FailureOr<exec::TargetAttr> target = exec::requireTarget(program);
  if (failed(target))
    return failure();
  llvm::StringMap<NumberedKernel> kernels;
  int32_t numFunctions = 0;
  for (auto kernel : program.getOps<exec::KernelOp>()) {
    kernels[kernel.getSymName()] = {kernel, numFunctions};
    numFunctions += static_cast<int32_t>(kernel.getLaunchesOnGpu().size());
  }
  exec::StateOffsets stateOffsets(program);
  Groups groups(program);
  HostGlobals globals(host, groups);
  for (auto section : program.getOps<exec::SectionOp>())
    if (failed(SectionWriter(section, host, globals, groups, kernels, stateOffsets, target->isCuda()).write()))
      return failure();
  return success();
}
