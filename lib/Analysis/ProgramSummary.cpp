//===- ProgramSummary.cpp - What a program needs and sends -------------------------------------===//
#include "shardc/Analysis/ProgramSummary.h"
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Interfaces/OpInterfaces.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace shardc;

std::string ProgramSummary::Memory::getName() const {
  if (!kind)
    return "alignment and gaps";
  std::string name = exec::stringifyMemoryKind(*kind).str();
  llvm::replace(name, '_', ' ');
  return name;
}

/// Bytes of each kind, in order of first mention.
using BytesByKind = llvm::MapVector<exec::MemoryKind, int64_t>;

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
      if (buffer.kind == exec::MemoryKind::Activations)
        bytes += buffer.bytes;
    return bytes;
  }

private:
  struct Buffer {
    unsigned begin, end; ///< positions, the end exclusive
    int64_t bytes;
    exec::MemoryKind kind;
  };

  void addTask(unsigned position) {
    exec::TaskOpInterface task = values.getTask(position);
    for (Value result : task->getResults())
      if (offsetOf(result) >= persistent)
        buffers.push_back({position, endOf(result, position), bytesOf(result.getType()), kindOf(result, position)});
    if (int64_t workspace = task.getWorkspaceBytes())
      buffers.push_back({position, position + 1, workspace, exec::MemoryKind::Workspace});
  }

  static int64_t offsetOf(Value result) {
    ArrayRef<int64_t> offsets = cast<exec::TaskOpInterface>(result.getDefiningOp()).getOffsets();
    return offsets.empty() ? -1 : offsets[cast<OpResult>(result).getResultNumber()];
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

  /// What the task's creator said; a value of the computation that does not wait for the backward pass is temporary.
  exec::MemoryKind kindOf(Value value, unsigned begin) const {
    exec::MemoryKind kind = values.getTask(begin).getMemoryKind(cast<OpResult>(value).getResultNumber());
    if (kind != exec::MemoryKind::Activations)
      return kind;
    ArrayRef<SectionValues::Use> uses = values.usesOf(value);
    std::optional<int64_t> backward = section.getBackward();
    bool crosses = backward && !uses.empty() && begin < *backward && uses.back().position >= *backward;
    return crosses ? exec::MemoryKind::Activations : exec::MemoryKind::Temporaries;
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
  for (auto &[kind, bytes] : persistent)
    summary.memory.push_back({kind, bytes});
  for (unsigned i = 0; i <= exec::getMaxEnumValForMemoryKind(); ++i)
    if (auto found = heaviest.find(*exec::symbolizeMemoryKind(i)); found != heaviest.end())
      summary.memory.push_back({found->first, found->second});
  summary.memory.push_back({std::nullopt, summary.arenaBytes - sumOf(persistent) - sumOf(heaviest)});
}

//=== ------------------------------------------------------------------------------------------===//
// Collectives
//=== ------------------------------------------------------------------------------------------===//

/// Returns the bytes that one rank sends: (N-1)/N of the whole for a gather or a reduce-scatter, twice that for an
/// all-reduce.
static int64_t bytesSent(exec::CollectiveOp op) {
  int64_t ranks = op.getGroupSize();
  auto sumBytes = [](ValueRange values) {
    int64_t bytes = 0;
    for (Value value : values)
      bytes += bytesOf(value.getType());
    return bytes;
  };
  switch (op.getKind()) {
  case exec::CollectiveKind::AllReduce:
    return 2 * (ranks - 1) * sumBytes(op.getInputs()) / ranks;
  case exec::CollectiveKind::AllGather:
    return (ranks - 1) * sumBytes(op.getInputs());
  case exec::CollectiveKind::ReduceScatter:
    return (ranks - 1) * sumBytes(op.getOutputs());
  }
  llvm_unreachable("not a kind of collective");
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
  using Key = std::tuple<exec::CollectiveKind, ArrayAttr, StringAttr>;
  llvm::MapVector<Key, std::pair<int64_t, int64_t>> merged;
  for (auto section : module.getOps<exec::SectionOp>())
    for (auto op : section.getBody().front().getOps<exec::CollectiveOp>()) {
      auto cause = StringAttr::get(module.getContext(), withoutIndices(op.getCause()));
      auto &[count, bytes] = merged[{op.getKind(), op.getAxesAttr(), cause}];
      count += section.getRepeat();
      bytes += section.getRepeat() * bytesSent(op);
    }
  for (auto &[key, value] : merged) {
    auto &[kind, axes, cause] = key;
    ProgramSummary::Collective collective{kind, {}, value.first, value.second, cause.str()};
    for (auto axis : axes.getAsRange<StringAttr>())
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
      summary.events += repeat * task.getWaits().size();
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
