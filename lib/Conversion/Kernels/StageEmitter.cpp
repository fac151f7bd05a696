//===- StageEmitter.cpp - The loops of one stage of one row ------------------------------------===//
//
// The innermost loop runs in vectors, then element by element over what is left. Reductions carry their vectors through
// the loops that they reduce and are combined after the outermost of these, in one fixed order.
//
//=== ------------------------------------------------------------------------------------------===//
#include "StageEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

/// Calls `visit` with each access of a node.
static void forEachAccess(const Node &node, llvm::function_ref<void(const Access &)> visit) {
  for (const Access &access : node.inputs)
    visit(access);
  for (const Output &output : node.outputs) {
    visit(output.access);
    if (output.init)
      visit(*output.init);
  }
}

StageEmitter::StageEmitter(Frame &frame, ArrayRef<unsigned> indices) : frame(frame), b(frame.b) {
  int64_t smallest = 8, largest = 1;
  for (unsigned index : indices) {
    const Node &node = *nodes.emplace_back(&frame.plan.nodes[index]);
    forEachAccess(node, [&](const Access &access) {
      int64_t bytes = frame.plan.slots[access.slot].type.getElementTypeBitWidth() / 8;
      smallest = std::min(smallest, bytes);
      largest = std::max(largest, bytes);
      bases[&access] = rowBase(access);
    });
    for (const Output &output : node.outputs)
      if (output.reducesInRegisters(node.inner.size()))
        accumulators.push_back({&node, &output, {}});
  }
  inner = nodes.front()->inner;
  if (inner.empty())
    return;
  vectorWidth = std::min<int64_t>(frame.target.getVectorLength(std::min(smallest, largest), largest),
                                  llvm::bit_floor(static_cast<uint64_t>(inner.back())));
  if (frame.target.alignsVectors())
    alignVectors();
  tail = inner.back() % vectorWidth;
  if (!accumulators.empty())
    unroll = frame.target.getUnroll(
        std::min<int64_t>(4, llvm::bit_floor(static_cast<uint64_t>(inner.back() / vectorWidth))));
}

/// Shortens vectors until every consecutive access starts at a multiple of their length.
void StageEmitter::alignVectors() {
  auto divides = [&](int64_t number) { return number % vectorWidth == 0; };
  for (const Node *node : nodes)
    forEachAccess(*node, [&](const Access &access) {
      if (access.inner.back() != 1)
        return;
      while (!divides(access.offset) || !llvm::all_of(ArrayRef(access.inner).drop_back(), divides) ||
             (!isInRow(access.slot) && !llvm::all_of(access.rows, divides)))
        vectorWidth /= 2;
    });
}

//=== ------------------------------------------------------------------------------------------===//
// Loops
//=== ------------------------------------------------------------------------------------------===//

void StageEmitter::emitLevel(unsigned level) {
  if (level == inner.size())
    return emitNodes(nullptr, 1, 0);
  size_t numKnown = known.size();
  hoistLoads(level);
  for (Accumulator &accumulator : accumulators)
    if (accumulator.output->reducedFrom == level)
      initialise(accumulator);
  if (level + 1 == inner.size()) {
    emitInnermost();
  } else {
    auto body = [&](Value position) {
      loops.push_back(position);
      emitLevel(level + 1);
      loops.pop_back();
    };
    setCarried(frame.target.emitLoop(b, frame.loc, 0, inner[level], 1, carried(),
                                     [&](Value position, ValueRange values) { return run(body, position, values); }));
  }
  for (Accumulator &accumulator : accumulators)
    if (accumulator.output->reducedFrom == level)
      finalise(accumulator);
  known.truncate(numKnown);
}

void StageEmitter::emitInnermost() {
  int64_t size = inner.back(), unrolled = size - size % (vectorWidth * unroll);
  emitRun(0, unrolled, vectorWidth, unroll);
  emitRun(unrolled, size - tail, vectorWidth, 1);
  emitRun(size - tail, size, 1, 1);
}

/// Emits the positions [begin, end) in steps of `copies` bodies of `width` elements.
void StageEmitter::emitRun(int64_t begin, int64_t end, int64_t width, int64_t copies) {
  if (begin == end)
    return;
  // Only of a single loop: a position then says where every access is.
  if (KernelTarget::Values positions; inner.size() == 1 && copies == 1) {
    positions = frame.target.emitPositions(b, frame.loc, begin, end, width);
    for (auto [number, position] : llvm::enumerate(positions))
      emitKept(position, width, begin + number);
    if (!positions.empty())
      return;
  }
  auto body = [&](Value start) { emitAt(start, width, copies); };
  setCarried(frame.target.emitElements(b, frame.loc, begin, end, width * copies, carried(),
                                       [&](Value position, ValueRange values) { return run(body, position, values); }));
}

void StageEmitter::emitAt(Value start, int64_t width, int64_t copies) {
  LaneBuilder lanes(b, frame.loc, width);
  for (int64_t copy = 0; copy < copies; ++copy) {
    Value position = copy == 0 ? start : lanes.add({start}, {lanes.index(copy * width)}).value;
    emitNodes(position, width, copy);
  }
}

/// Emits one of a thread's few positions; what other stages have there in registers is used again.
void StageEmitter::emitKept(Value position, int64_t width, int64_t number) {
  auto matches = [&](const Frame::Registers &r) {
    return ArrayRef(r.inner) == inner && r.width == width && r.position == number;
  };
  auto kept = llvm::find_if(frame.registers, matches);
  if (kept == frame.registers.end())
    kept = frame.registers.insert(kept, {SmallVector<int64_t>(inner), width, number, {}});
  size_t numKnown = known.size();
  llvm::append_range(known, kept->elements);
  LaneBuilder lanes(b, frame.loc, width);
  loops.push_back(position);
  for (const Node *node : nodes)
    emitNode(*node, lanes, /*copy=*/0);
  loops.pop_back();
  kept->elements.assign(known.begin() + numKnown, known.end());
  known.truncate(numKnown);
}

/// Emits the body of a loop that carries the accumulators.
KernelTarget::Values StageEmitter::run(llvm::function_ref<void(Value)> body, Value position, ValueRange values) {
  setCarried(values);
  body(position);
  return carried();
}

/// Emits what happens once for each element: outside of the innermost loop all threads of the row are at the same one.
void StageEmitter::emitOnce(llvm::function_ref<void()> body) {
  bool isSpread = !inner.empty() && loops.size() == inner.size();
  isSpread ? body() : frame.target.emitOnce(b, frame.loc, body);
}

void StageEmitter::emitNodes(Value position, int64_t width, unsigned copy) {
  LaneBuilder lanes(b, frame.loc, width);
  size_t numKnown = known.size();
  if (position)
    loops.push_back(position);
  for (const Node *node : nodes)
    emitNode(*node, lanes, copy);
  if (position)
    loops.pop_back();
  known.truncate(numKnown);
}

/// Loads what depends on the loops before `level` alone: scalars of the loops inside.
void StageEmitter::hoistLoads(unsigned level) {
  LaneBuilder lanes(b, frame.loc, 1);
  for (const Node *node : nodes)
    for (const Access &access : node->inputs)
      if (access.depth() == level)
        known.emplace_back(access, read(access, lanes));
}

//=== ------------------------------------------------------------------------------------------===//
// Reductions
//=== ------------------------------------------------------------------------------------------===//

SmallVector<Value> StageEmitter::carried() {
  SmallVector<Value> values;
  for (const Accumulator &accumulator : accumulators)
    llvm::append_range(values, accumulator.values);
  return values;
}

void StageEmitter::setCarried(ValueRange values) {
  for (Accumulator &accumulator : accumulators)
    for (Value &value : accumulator.values) {
      value = values.front();
      values = values.drop_front();
    }
}

void StageEmitter::initialise(Accumulator &accumulator) {
  Value neutral = arith::ConstantOp::create(b, frame.loc, *arith::getNeutralElement(accumulator.output->combiner));
  LaneBuilder lanes(b, frame.loc, vectorWidth);
  accumulator.values.assign(unroll, lanes.vector({neutral}));
  if (tail > 0)
    accumulator.values.push_back(neutral);
}

void StageEmitter::finalise(Accumulator &accumulator) {
  const Output &output = *accumulator.output;
  LaneBuilder lanes(b, frame.loc, 1);
  SmallVector<Value> values(accumulator.values);
  accumulator.values.clear();
  for (int64_t count = unroll; count > 1; count /= 2)
    for (int64_t i = 0; i < count / 2; ++i)
      values[i] = lanes.combine(output.combiner, values[i], values[i + count / 2]);
  Value total = lanes.reduce(output.combiner, values.front());
  if (tail > 0)
    total = lanes.combine(output.combiner, total, values.back());
  auto combine = [&](Value x, Value y) { return lanes.combine(output.combiner, x, y); };
  total = frame.target.emitCombine(b, frame.loc, total, combine);
  if (output.combinesInMemory)
    return emitOnce([&] { write(output.access, {combineInMemory(output, total, lanes)}, lanes); });
  total = combine(read(*output.init, lanes).value, total);
  if (frame.plan.slots[output.access.slot].isRowScalar)
    frame.scalarOf[output.access.slot] = total;
  emitOnce([&] { write(output.access, {total}, lanes); });
}

//=== ------------------------------------------------------------------------------------------===//
// Nodes
//=== ------------------------------------------------------------------------------------------===//

void StageEmitter::emitNode(const Node &node, LaneBuilder &lanes, unsigned copy) {
  SmallVector<Lane> elements = node.op ? emitPayload(node, lanes) : SmallVector<Lane>{read(node.inputs.front(), lanes)};
  for (auto [output, element] : llvm::zip(node.outputs, elements))
    emitOutput(output, element, lanes, copy);
}

/// Combines a value with what lies in memory. A sum over all rows is compensated, as by Kahan: a float32 that has grown
/// large would otherwise round away much of each small row, always to the same side.
Value StageEmitter::combineInMemory(const Output &output, Value value, LaneBuilder &lanes) {
  Value sum = lanes.vector(read(output.access, lanes));
  Value memory = frame.roundingOf.lookup(output.access.slot);
  if (!memory)
    return lanes.combine(output.combiner, sum, value);
  Value rounding = lanes.load(memory, {lanes.index(0)}).value;
  Value exact = arith::SubFOp::create(b, frame.loc, value, rounding);
  Value rounded = arith::AddFOp::create(b, frame.loc, sum, exact);
  Value added = arith::SubFOp::create(b, frame.loc, rounded, sum);
  lanes.store({arith::SubFOp::create(b, frame.loc, added, exact)}, memory, {lanes.index(0)});
  return rounded;
}

void StageEmitter::emitOutput(const Output &output, Lane element, LaneBuilder &lanes, unsigned copy) {
  if (output.reducesInRegisters(inner.size())) {
    Accumulator &accumulator = *llvm::find_if(accumulators, [&](const Accumulator &a) { return a.output == &output; });
    Value &partial = lanes.getWidth() == vectorWidth ? accumulator.values[copy] : accumulator.values.back();
    partial = lanes.combine(output.combiner, partial, lanes.vector(element));
    return;
  }
  if (output.combinesInMemory)
    return emitOnce([&] {
      Value sum = combineInMemory(output, lanes.vector(element), lanes);
      write(output.access, {sum, lanes.getWidth() == 1 ? Lane::Uniform : Lane::Varying}, lanes);
    });
  known.emplace_back(output.access, element);
  if (frame.plan.slots[output.access.slot].isRowScalar)
    frame.scalarOf[output.access.slot] = element.value;
  emitOnce([&] { write(output.access, element, lanes); });
}

//=== ------------------------------------------------------------------------------------------===//
// Memory
//=== ------------------------------------------------------------------------------------------===//

/// Scratch holds one row, arguments and results hold all of them.
bool StageEmitter::isInRow(unsigned slot) const {
  const Slot &s = frame.plan.slots[slot];
  return s.origin == Slot::Local && s.results.empty();
}

/// Returns the distance of neighbouring rows where the row number itself counts, as in a dense layout; otherwise 0.
static int64_t denseStride(const Access &access, ArrayRef<int64_t> rows) {
  int64_t first = 0, next = 0;
  for (auto [coefficient, size] : llvm::reverse(llvm::zip(access.rows, rows))) {
    if (size == 1)
      continue;
    if (coefficient == 0 || (next != 0 && coefficient != next))
      return 0;
    first = first == 0 ? coefficient : first;
    next = coefficient * size;
  }
  return first;
}

/// Returns the position of the access for this row, with all inner loops at 0.
Value StageEmitter::rowBase(const Access &access) {
  LaneBuilder lanes(b, frame.loc, 1);
  Lane base = {lanes.index(access.offset)};
  if (!frame.row || isInRow(access.slot))
    return base.value;
  if (int64_t stride = denseStride(access, frame.plan.rows()))
    return lanes.add(lanes.scale({frame.row}, stride), base).value;
  for (auto [coefficient, coordinate] : llvm::zip(access.rows, frame.rowCoordinates))
    if (coefficient != 0)
      base = lanes.add(lanes.scale({coordinate}, coefficient), base);
  return base.value;
}

Lane StageEmitter::position(const Access &access, LaneBuilder &lanes) {
  Lane position = {bases.lookup(&access)};
  for (auto [level, coefficient] : llvm::enumerate(access.inner)) {
    if (coefficient == 0)
      continue;
    Value scaled = lanes.scale({loops[level]}, coefficient).value;
    bool isInnermost = level + 1 == access.inner.size();
    position = lanes.add(position, isInnermost ? lanes.sequence(scaled, coefficient) : Lane{scaled});
  }
  return position;
}

Lane StageEmitter::read(const Access &access, LaneBuilder &lanes) {
  const Slot &slot = frame.plan.slots[access.slot];
  if (slot.origin == Slot::Splat)
    return {frame.scalars.lookup(slot.splat)};
  if (Value scalar = frame.scalarOf.lookup(access.slot))
    return {scalar};
  auto *found = llvm::find_if(known, [&](const std::pair<Access, Lane> &entry) { return entry.first == access; });
  if (found != known.end())
    return found->second;
  Lane value = lanes.load(frame.memory[access.slot].front(), position(access, lanes), frame.target.alignsVectors());
  if (slot.origin == Slot::Argument && access.depth() == inner.size())
    known.emplace_back(access, value);
  return value;
}

void StageEmitter::write(const Access &access, Lane value, LaneBuilder &lanes) {
  if (frame.memory[access.slot].empty())
    return;
  Lane index = position(access, lanes);
  for (Value memory : frame.memory[access.slot])
    lanes.store(value, memory, index, frame.target.alignsVectors());
}
