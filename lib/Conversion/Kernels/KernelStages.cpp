//===- KernelStages.cpp - Which nodes share a loop nest, and where local values are kept -------===//
//
// A node goes to the first stage with its inner loops that is not too early: values made at the same point of the same
// loops are handed over in registers, all others are complete after the stage that makes them.
//
//=== ------------------------------------------------------------------------------------------===//
#include "shardc/Conversion/Kernels/KernelPlan.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;

namespace {

class Scheduler {
public:
  explicit Scheduler(KernelPlan &plan) : plan(plan) {}

  void run();

private:
  unsigned earliestStage(const Node &node, unsigned index);
  unsigned afterWriters(const Node &node, const Access &access, unsigned index);
  unsigned afterEarlierWrites(const Node &node, const Output &output, unsigned index);
  unsigned afterReadersOfSharedArguments(const Output &output, unsigned index);
  void place(Node &node, unsigned index);
  void keepLocals();
  void keepForRead(const Node &reader, const Access &access);
  bool isRowScalar(const Slot &slot);
  const Output &writeOf(const Node &node, unsigned slot);
  SmallVector<unsigned> writersBefore(unsigned slot, unsigned index);

  KernelPlan &plan;
};

/// Calls `visit` with each access of a node that reads.
void forEachRead(const Node &node, llvm::function_ref<void(const Access &)> visit) {
  for (const Access &access : node.inputs)
    visit(access);
  for (const Output &output : node.outputs)
    if (output.init)
      visit(*output.init);
}

/// Returns the number of elements from the first to the last that the inner loops touch.
int64_t extentOf(const Access &access, ArrayRef<int64_t> inner) {
  int64_t extent = 1;
  for (auto [size, coefficient] : llvm::zip(inner, access.inner))
    extent += coefficient * (size - 1);
  return extent;
}

bool areDisjoint(const Access &a, const Node &aNode, const Access &b, const Node &bNode) {
  if (a.rows != b.rows)
    return false;
  return a.offset + extentOf(a, aNode.inner) <= b.offset || b.offset + extentOf(b, bNode.inner) <= a.offset;
}

} // namespace

const Output &Scheduler::writeOf(const Node &node, unsigned slot) {
  return *llvm::find_if(node.outputs, [&](const Output &output) { return output.access.slot == slot; });
}

/// Returns the nodes before `index` that write the slot within rows.
SmallVector<unsigned> Scheduler::writersBefore(unsigned slot, unsigned index) {
  SmallVector<unsigned> writers;
  for (unsigned writer : plan.slots[slot].writers)
    if (writer < index && !llvm::is_contained(plan.prologue, writer))
      writers.push_back(writer);
  return writers;
}

/// The first stage that may read `access` in `node`: that of the only writer where both touch the same element at the
/// same point of equal loops, or else the one after all writers.
unsigned Scheduler::afterWriters(const Node &node, const Access &access, unsigned index) {
  SmallVector<unsigned> writers = writersBefore(access.slot, index);
  unsigned earliest = 0;
  for (unsigned writer : writers) {
    const Node &source = plan.nodes[writer];
    const Output &output = writeOf(source, access.slot);
    bool handsOver = writers.size() == 1 && !output.combiner && source.inner == node.inner && output.access == access;
    earliest = std::max(earliest, source.stage + !handsOver);
  }
  return earliest;
}

/// Writes to one slot keep their order.
unsigned Scheduler::afterEarlierWrites(const Node &node, const Output &output, unsigned index) {
  unsigned earliest = 0;
  for (unsigned writer : writersBefore(output.access.slot, index)) {
    const Node &other = plan.nodes[writer];
    bool ordered = areDisjoint(output.access, node, writeOf(other, output.access.slot).access, other);
    earliest = std::max(earliest, other.stage + !ordered);
  }
  return earliest;
}

/// A result may share bytes with an argument: nodes that read the argument and came before the one that writes the
/// result stay before it.
unsigned Scheduler::afterReadersOfSharedArguments(const Output &output, unsigned index) {
  ArrayRef<int64_t> pairs = plan.getKernel().getInPlace();
  unsigned earliest = 0;
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (!llvm::is_contained(plan.slots[output.access.slot].results, pairs[i]))
      continue;
    auto isShared = [&](unsigned slot) {
      return plan.slots[slot].origin == Slot::Argument && plan.slots[slot].argument == pairs[i + 1];
    };
    for (Node &node : MutableArrayRef<Node>(plan.nodes).take_front(index)) {
      bool reads = llvm::any_of(node.gathered, isShared);
      forEachRead(node, [&](const Access &access) { reads |= isShared(access.slot); });
      if (reads)
        earliest = std::max(earliest, node.stage);
    }
  }
  return earliest;
}

unsigned Scheduler::earliestStage(const Node &node, unsigned index) {
  unsigned earliest = 0;
  forEachRead(node, [&](const Access &access) { earliest = std::max(earliest, afterWriters(node, access, index)); });
  for (unsigned slot : node.gathered)
    for (unsigned writer : writersBefore(slot, index))
      earliest = std::max(earliest, plan.nodes[writer].stage + 1);
  for (const Output &output : node.outputs) {
    earliest = std::max(earliest, afterEarlierWrites(node, output, index));
    earliest = std::max(earliest, afterReadersOfSharedArguments(output, index));
  }
  return earliest;
}

void Scheduler::place(Node &node, unsigned index) {
  node.stage = earliestStage(node, index);
  while (node.stage < plan.stages.size() && plan.stages[node.stage].inner != node.inner)
    ++node.stage;
  if (node.stage == plan.stages.size())
    plan.stages.push_back(Stage{node.inner, {}});
  plan.stages[node.stage].nodes.push_back(index);
}

//=== ------------------------------------------------------------------------------------------===//
// Where local values are kept
//=== ------------------------------------------------------------------------------------------===//

bool Scheduler::isRowScalar(const Slot &slot) {
  if (slot.origin != Slot::Local || slot.accumulatesRows || slot.writers.size() != 1 ||
      slot.type.getNumElements() != plan.numRows() || llvm::is_contained(plan.prologue, slot.writers.front()))
    return false;
  const Node &node = plan.nodes[slot.writers.front()];
  const Output &output = writeOf(node, &slot - plan.slots.data());
  return !output.combinesInMemory && (output.combiner ? output.reducedFrom == 0 : node.inner.empty());
}

void Scheduler::keepForRead(const Node &reader, const Access &access) {
  Slot &slot = plan.slots[access.slot];
  if (slot.origin != Slot::Local || slot.isRowScalar)
    return;
  const Node &writer = plan.nodes[slot.writers.back()];
  bool handedOver =
      slot.writers.size() == 1 && writer.stage == reader.stage && writeOf(writer, access.slot).access == access;
  slot.needsMemory |= !handedOver;
}

void Scheduler::keepLocals() {
  for (Slot &slot : plan.slots)
    slot.isRowScalar = isRowScalar(slot);
  for (const Node &node : plan.nodes) {
    auto grow = [&](const Access &access) {
      int64_t &extent = plan.slots[access.slot].rowExtent;
      extent = std::max(extent, access.offset + extentOf(access, node.inner));
    };
    forEachRead(node, [&](const Access &access) {
      keepForRead(node, access);
      grow(access);
    });
    for (unsigned slot : node.gathered) {
      plan.slots[slot].needsMemory = true;
      plan.slots[slot].isRowScalar = false;
      plan.slots[slot].rowExtent = plan.slots[slot].type.getNumElements() / plan.numRows();
    }
    for (const Output &output : node.outputs) {
      grow(output.access);
      plan.slots[output.access.slot].needsMemory |= output.combinesInMemory;
    }
  }
}

void Scheduler::run() {
  for (auto [index, node] : llvm::enumerate(plan.nodes))
    if (!llvm::is_contained(plan.prologue, index))
      place(node, index);
  keepLocals();
}

void codegen::assignStages(KernelPlan &plan) {
  Scheduler(plan).run();
}
