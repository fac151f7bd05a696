//===- ProgramSummary.cpp - What a program needs and sends -------------------------------------===//
#include "shardc/Analysis/ProgramSummary.h"
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace shardc;

/// Bytes of each kind, in order of first mention.
using BytesByKind = llvm::MapVector<StringRef, int64_t>;

//=== ------------------------------------------------------------------------------------------===//
// Memory
//=== ------------------------------------------------------------------------------------------===//

namespace {

/// The buffers of one placed section that are not persistent, as list order sees them.
class LiveBuffers {
public:
  LiveBuffers(exec::SectionOp section, int64_t persistent) : section(section), values(section), persistent(persistent) {
    for (unsigned position = 0; position < values.getNumTasks(); ++position)
      addTask(position);
  }

  /// Returns the bytes of each kind at the position where they are the most.
  BytesByKind heaviest() const {
    SmallVector<int64_t, 0> live(values.getNumTasks() + 1, 0);
    for (const Buffer &buffer : buffers) {
      live[buffer.begin] += buffer.bytes;
      live[buffer.end] -= buffer.bytes;
    }
    std::partial_sum(live.begin(), live.end(), live.begin());
    unsigned position = llvm::max_element(live) - live.begin();
    BytesByKind bytes;
    for (const Buffer &buffer : buffers)
      if (buffer.begin <= position && position < buffer.end)
        bytes[buffer.kind] += buffer.bytes;
    return bytes;
  }

  /// Returns the bytes that wait at the start of the backward pass for their use in it.
  int64_t residualBytes() const {
    int64_t bytes = 0;
    for (const Buffer &buffer : buffers)
      if (buffer.kind == "activations")
        bytes += buffer.bytes;
    return bytes;
  }

private:
  struct Buffer {
    unsigned begin, end; ///< positions, the end exclusive
    int64_t bytes;
    StringRef kind;
  };

  void addTask(unsigned position) {
    exec::TaskOpInterface task = values.getTask(position);
    for (Value result : task->getResults())
      if (offsetOf(result) >= persistent)
        buffers.push_back({position, endOf(result, position), bytesOf(result.getType()), kindOf(result, position)});
    if (int64_t workspace = task.getWorkspaceBytes())
      buffers.push_back({position, position + 1, workspace, "workspace"});
  }

  static int64_t offsetOf(Value result) {
    auto offsets = cast<OpResult>(result).getOwner()->getAttrOfType<DenseI64ArrayAttr>("offsets");
    return offsets ? offsets[cast<OpResult>(result).getResultNumber()] : -1;
  }

  /// A value ends after its last use, or with it where a result takes its bytes over.
  unsigned endOf(Value value, unsigned begin) const {
    ArrayRef<SectionValues::Use> uses = values.usesOf(value);
    if (uses.empty())
      return begin + 1;
    exec::TaskOpInterface last = values.getTask(uses.back().position);
    bool isTakenOver =
        llvm::any_of(last->getResults(), [&](Value result) { return offsetOf(result) == offsetOf(value); });
    return uses.back().position + !isTakenOver;
  }

  static bool isOn(Operation *task, StringRef stream) {
    auto name = task->getAttrOfType<StringAttr>("stream");
    return name && name.getValue() == stream;
  }

  StringRef kindOf(Value value, unsigned begin) const {
    Operation *task = cast<OpResult>(value).getOwner();
    ArrayRef<SectionValues::Use> uses = values.usesOf(value);
    if (isOn(task, "gather"))
      return "gathered parameters";
    if (isOn(task, "reduce") || llvm::any_of(uses, [](const SectionValues::Use &use) {
          exec::TaskOpInterface user = use.task;
          return isOn(user, "reduce");
        }))
      return "gradients in flight";
    std::optional<int64_t> backward = section.getBackward();
    bool crosses = backward && !uses.empty() && begin < *backward && uses.back().position >= *backward;
    return crosses ? "activations" : "temporaries";
  }

  mutable exec::SectionOp section;
  SectionValues values;
  int64_t persistent;
  SmallVector<Buffer, 0> buffers;
};

} // namespace

static int64_t sumOf(const BytesByKind &bytes) {
  int64_t sum = 0;
  for (auto &[kind, part] : bytes)
    sum += part;
  return sum;
}

/// The kinds of states, those of the heaviest moment of any section, and what alignment and gaps between buffers take:
/// all of the arena.
static void summarizeMemory(ModuleOp module, ProgramSummary &summary) {
  BytesByKind persistent, heaviest;
  for (auto state : module.getOps<exec::StateOp>())
    persistent[state.getKind()] += bytesOf(state.getType());
  for (auto section : module.getOps<exec::SectionOp>()) {
    LiveBuffers buffers(section, summary.persistentBytes);
    summary.residualBytes = std::max(summary.residualBytes, buffers.residualBytes());
    BytesByKind bytes = buffers.heaviest();
    if (sumOf(bytes) > sumOf(heaviest))
      heaviest = bytes;
  }
  auto add = [&](StringRef kind, int64_t bytes) { summary.memory.push_back({kind.str(), bytes}); };
  for (auto &[kind, bytes] : persistent)
    add(kind, bytes);
  for (StringRef kind : {"gathered parameters", "activations", "gradients in flight", "temporaries", "workspace"})
    if (heaviest.contains(kind))
      add(kind, heaviest[kind]);
  add("alignment and gaps", summary.arenaBytes - sumOf(persistent) - sumOf(heaviest));
}

//=== ------------------------------------------------------------------------------------------===//
// Collectives
//=== ------------------------------------------------------------------------------------------===//

/// Returns the bytes that one rank sends: (N-1)/N of the whole for a gather or a reduce-scatter, twice that for an
/// all-reduce.
static int64_t bytesSent(exec::CollectiveOp op) {
  int64_t ranks = op.getGroupSize(), parts = 0;
  for (Value part : op.getKind() == "reduce_scatter" ? ValueRange(op.getOutputs()) : ValueRange(op.getInputs()))
    parts += bytesOf(part.getType());
  return op.getKind() == "all_reduce" ? 2 * (ranks - 1) * parts / ranks : (ranks - 1) * parts;
}

/// Replaces the indices of lists in dotted names by `*`: "model.layers.3.mlp" becomes "model.layers.*.mlp".
static std::string withoutIndices(StringRef cause) {
  std::string text;
  while (!cause.empty()) {
    size_t dot = cause.find('.');
    text += cause.take_front(dot == StringRef::npos ? dot : dot + 1);
    cause = cause.drop_front(std::min(cause.size(), dot == StringRef::npos ? dot : dot + 1));
    StringRef number = cause.take_while(llvm::isDigit);
    StringRef rest = cause.drop_front(number.size());
    if (number.empty() || (!rest.empty() && (llvm::isAlnum(rest.front()) || rest.front() == '_')))
      continue;
    text += '*';
    cause = rest;
  }
  return text;
}

static void summarizeCollectives(ModuleOp module, ProgramSummary &summary) {
  llvm::MapVector<std::pair<std::pair<StringAttr, ArrayAttr>, StringAttr>, std::pair<int64_t, int64_t>> merged;
  for (auto section : module.getOps<exec::SectionOp>())
    for (auto op : section.getBody().front().getOps<exec::CollectiveOp>()) {
      auto cause = StringAttr::get(module.getContext(), withoutIndices(op.getCause()));
      auto &[count, bytes] = merged[{{op.getKindAttr(), op.getAxesAttr()}, cause}];
      count += section.getRepeat();
      bytes += section.getRepeat() * bytesSent(op);
    }
  for (auto &[key, value] : merged) {
    ProgramSummary::Collective collective{key.first.first.str(), {}, value.first, value.second, key.second.str()};
    for (auto axis : key.first.second.getAsRange<StringAttr>())
      collective.axes.push_back(axis.str());
    if (collective.count > 0)
      summary.collectives.push_back(std::move(collective));
  }
}

//=== ------------------------------------------------------------------------------------------===//
// Tasks
//=== ------------------------------------------------------------------------------------------===//

static void summarizeTasks(ModuleOp module, ProgramSummary &summary) {
  llvm::DenseMap<StringAttr, int64_t> kernelFlops;
  for (auto kernel : module.getOps<exec::KernelOp>())
    kernelFlops[kernel.getSymNameAttr()] = kernel.getFlops().value_or(0);
  summary.kernels = kernelFlops.size();
  for (auto section : module.getOps<exec::SectionOp>()) {
    int64_t repeat = section.getRepeat();
    for (auto task : section.getBody().front().getOps<exec::TaskOpInterface>()) {
      summary.tasks += repeat;
      if (auto waits = task->getAttrOfType<DenseI64ArrayAttr>("waits"))
        summary.events += repeat * waits.size();
      if (auto call = dyn_cast<exec::CallOp>(task.getOperation()))
        summary.flops += repeat * static_cast<int64_t>(call.getFlops());
      if (auto launch = dyn_cast<exec::LaunchOp>(task.getOperation()))
        summary.flops += repeat * kernelFlops.lookup(launch.getKernelAttr().getAttr());
    }
  }
}

FailureOr<ProgramSummary> shardc::summarizeProgram(ModuleOp module) {
  auto arenas = llvm::to_vector(module.getOps<exec::ArenaOp>());
  if (arenas.size() != 1)
    return module.emitError("a placed program has one exec.arena, got ") << arenas.size();
  ProgramSummary summary;
  summary.arenaBytes = arenas.front().getBytes();
  summary.persistentBytes = arenas.front().getPersistent();
  summary.lowerBoundBytes = arenas.front().getLowerBound();
  summarizeMemory(module, summary);
  summarizeCollectives(module, summary);
  summarizeTasks(module, summary);
  return summary;
}
