//===- VerifySchedule.cpp - Checks what sections say against what the module knows -------------===//
//
// A schedule may be edited, or come from another tool. What the mesh, the parameters and the states still say of a step
// holds for its sections, whoever wrote them.
//
//=== ------------------------------------------------------------------------------------------===//
#include "shardc/Analysis/HappensBefore.h"
#include "shardc/Analysis/SectionValues.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Schedule/Passes.h"
#include "llvm/ADT/MapVector.h"

namespace shardc {
#define GEN_PASS_DEF_VERIFYSCHEDULEPASS
#include "shardc/Transforms/Schedule/Passes.h.inc"
} // namespace shardc

using namespace mlir;
using namespace shardc;
using dist::Placement;

//=== ------------------------------------------------------------------------------------------===//
// Collectives
//=== ------------------------------------------------------------------------------------------===//

namespace {

/// Checks each tensor of a collective: what it does must be what its placements say.
class CollectiveVerifier {
public:
  CollectiveVerifier(exec::CollectiveOp op, dist::MeshOp mesh)
      : op(op), mesh(mesh), axes(llvm::to_vector(op.getAxes().getAsRange<StringAttr>())) {}

  LogicalResult run();

private:
  LogicalResult verifyGroup();
  LogicalResult verifyTensor(RankedTensorType from, RankedTensorType to, int64_t dim);
  LogicalResult verifyReduced(const Placement &reduced);
  LogicalResult verifyLocal(RankedTensorType type);
  InFlightDiagnostic emitError() { return op.emitError() << describeTask(op) << ' '; }

  exec::CollectiveOp op;
  dist::MeshOp mesh;
  SmallVector<StringAttr> axes;
};

} // namespace

LogicalResult CollectiveVerifier::run() {
  if (failed(verifyGroup()))
    return failure();
  std::optional<Type> placed = op.getPlaced();
  if (!placed)
    return emitError() << "must say in `placed` which placements it moves between";
  auto type = cast<FunctionType>(*placed);
  for (auto [from, to, dim] : llvm::zip(type.getInputs(), type.getResults(), op.getDims()))
    if (failed(verifyTensor(cast<RankedTensorType>(from), cast<RankedTensorType>(to), dim)))
      return failure();
  return success();
}

/// The group is some axes of the mesh, each once, and as many ranks as these have.
LogicalResult CollectiveVerifier::verifyGroup() {
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (!mesh.getAxisSize(axis))
      return emitError() << "goes over axis " << axis << ", which the mesh does not have";
    if (llvm::is_contained(ArrayRef(axes).take_front(i), axis))
      return emitError() << "goes over axis " << axis << " twice";
  }
  int64_t ranks = mesh.getGroupSize(axes), size = op.getGroupSize();
  if (ranks != size)
    return emitError() << "has a group of " << size << " ranks, but its axes have " << ranks;
  return success();
}

/// What a sum combines is partial; another reduction takes what each rank has by itself.
LogicalResult CollectiveVerifier::verifyReduced(const Placement &reduced) {
  if (!op.getReduction())
    return success();
  Placement::Kind expected = *op.getReduction() == exec::Reduction::Sum ? Placement::P : Placement::C;
  for (StringAttr axis : axes)
    if (reduced.kind(axis) != expected)
      return emitError() << "reduces by " << stringifyReduction(*op.getReduction()) << " over axis " << axis
                         << ", on which its operand must be " << std::string(1, dist::letter(expected)) << " and is "
                         << std::string(1, dist::letter(reduced.kind(axis)));
  return success();
}

/// Checks that a type has the shape of one rank's part.
LogicalResult CollectiveVerifier::verifyLocal(RankedTensorType type) {
  RankedTensorType local = dist::localType(dist::globalShape(type), type.getElementType(), Placement::of(type), mesh);
  if (type != local)
    return emitError() << "moves " << type << ", but a rank's part in that placement is " << local;
  return success();
}

LogicalResult CollectiveVerifier::verifyTensor(RankedTensorType from, RankedTensorType to, int64_t dim) {
  if (failed(verifyLocal(from)) || failed(verifyLocal(to)) || failed(verifyReduced(Placement::of(from))))
    return failure();
  bool scatters = op.getKind() == exec::CollectiveKind::ReduceScatter;
  RankedTensorType part = scatters ? to : from, whole = scatters ? from : to;
  Placement expected = Placement::of(part);
  if (op.getKind() != exec::CollectiveKind::AllReduce) {
    ArrayRef<StringAttr> all = expected.dims[dim];
    if (all.size() < axes.size() || all.take_back(axes.size()) != ArrayRef(axes))
      return emitError() << "goes over axes " << op.getAxes() << ", which are not the minor ones of dimension " << dim
                         << " of " << part;
  }
  // The other side differs in the axes alone. What is gathered is one value, or one for each rank's use.
  Placement is = Placement::of(whole);
  for (StringAttr axis : axes)
    expected.set(axis, op.getKind() == exec::CollectiveKind::AllReduce ? Placement::R : is.kind(axes.front()));
  if (is == expected)
    return success();
  return emitError() << "moves between " << from << " and " << to << ", which differ in more than axes "
                     << op.getAxes();
}

//=== ------------------------------------------------------------------------------------------===//
// Parameters and states
//=== ------------------------------------------------------------------------------------------===//

/// Returns the declaration that a state belongs to, of a parameter or a state; null for one of exec's alone.
static Operation *declarationOf(SymbolTable &symbols, exec::StateKey key) {
  Operation *declaration = symbols.lookup(key.first);
  return isa_and_present<dist::ParameterOp, dist::StateOp>(declaration) ? declaration : nullptr;
}

/// Returns the type that `declaration` gives to one of its parts.
static RankedTensorType typeOf(Operation *declaration, Attribute part) {
  if (auto state = dyn_cast<dist::StateOp>(declaration))
    return cast<RankedTensorType>(state.getType());
  auto parameter = cast<dist::ParameterOp>(declaration);
  auto attr = dyn_cast_or_null<dist::PartAttr>(part);
  bool isGradient = attr && attr.getValue() == dist::Part::Gradient;
  return isGradient ? parameter.getAccumulatorType() : parameter.getStoredType();
}

/// Returns what a value is a view or a cast of.
static Value sourceOf(Value value) {
  Value root = rootOf(value);
  auto launch = root.getDefiningOp<exec::LaunchOp>();
  if (!launch || launch.getInputs().size() != 1)
    return root;
  auto from = cast<RankedTensorType>(launch.getInputs().front().getType()), to = cast<RankedTensorType>(root.getType());
  bool isCast = from.getShape() == to.getShape() && from.getElementType() != to.getElementType();
  return isCast ? rootOf(launch.getInputs().front()) : root;
}

/// What a collective takes of a parameter or a state is placed as that is declared.
static LogicalResult verifyTaken(exec::CollectiveOp op, SymbolTable &symbols) {
  for (auto [input, type] : llvm::zip(op.getInputs(), op.getPlaced()->getInputs())) {
    auto read = sourceOf(input).getDefiningOp<exec::ReadOp>();
    Operation *declaration = read ? declarationOf(symbols, read.getKey()) : nullptr;
    if (!declaration)
      continue;
    RankedTensorType declared = typeOf(declaration, read.getPartAttr());
    if (Placement::of(type) == Placement::of(declared))
      continue;
    InFlightDiagnostic diag = op.emitError() << describeTask(op) << " takes " << exec::describe(read.getKey()) << " as "
                                             << type << ", but it is kept as " << declared;
    diag.attachNote(declaration->getLoc()) << "declared here";
    return diag;
  }
  return success();
}

/// What a collective leaves for a parameter or a state is sharded as that is declared.
static LogicalResult verifyLeft(exec::WriteOp write, SymbolTable &symbols) {
  Operation *declaration = declarationOf(symbols, write.getKey());
  auto source = dyn_cast<OpResult>(rootOf(write.getValue()));
  auto collective = source ? dyn_cast<exec::CollectiveOp>(source.getOwner()) : exec::CollectiveOp();
  if (!declaration || !collective)
    return success();
  Type type = collective.getPlaced()->getResult(source.getResultNumber());
  RankedTensorType declared = typeOf(declaration, write.getPartAttr());
  if (Placement::of(declared).dims == Placement::of(type).dims)
    return success();
  InFlightDiagnostic diag = write.emitError() << exec::describe(write.getKey()) << " is written as " << type
                                              << ", but it is kept as " << declared;
  diag.attachNote(declaration->getLoc()) << "declared here";
  return diag;
}

//=== ------------------------------------------------------------------------------------------===//
// States
//=== ------------------------------------------------------------------------------------------===//

/// What a task computes is taken by a task or written to a state: it was needed once. A kernel has no results but such;
/// a function of the runtime may have others.
static LogicalResult verifyResults(exec::SectionOp section) {
  SectionValues values(section);
  auto isTaken = [&](Value result) { return !values.usesOf(result).empty() || values.writeOf(result); };
  for (unsigned position = 0; position < values.getNumTasks(); ++position) {
    exec::TaskOpInterface task = values.getTask(position);
    auto lost = llvm::find_if_not(task->getResults(), isTaken);
    if (lost == task->result_end() || (!isa<exec::LaunchOp>(task) && llvm::any_of(task->getResults(), isTaken)))
      continue;
    return task->emitError() << describeTask(task) << " computes result " << (*lost).getResultNumber()
                             << ", which no task takes and no state holds";
  }
  return success();
}

namespace {

/// Who reads and who writes a state: numbers of sections.
struct Accesses {
  SmallVector<unsigned, 2> readers, writers;
};

/// Checks that what sections read of the states is there.
class StateVerifier {
public:
  explicit StateVerifier(ModuleOp module) : module(module) {
    for (auto section : module.getOps<exec::SectionOp>()) {
      section.walk([&](exec::ReadOp read) { accesses[read.getKey()].readers.push_back(sections.size()); });
      section.walk([&](exec::WriteOp write) { accesses[write.getKey()].writers.push_back(sections.size()); });
      sections.push_back(section);
    }
    for (auto state : module.getOps<exec::StateOp>())
      if (state.getKind() == exec::MemoryKind::Optimizer && !accesses[state.getKey()].writers.empty())
        updated.insert(state.getNameAttr());
  }

  LogicalResult run() {
    for (auto state : module.getOps<exec::StateOp>())
      if (failed(verify(state, accesses[state.getKey()])))
        return failure();
    return success();
  }

private:
  LogicalResult verify(exec::StateOp state, const Accesses &of);
  InFlightDiagnostic emitError(exec::StateOp state) {
    return state.emitError() << "state " << exec::describe(state.getKey()) << ' ';
  }
  std::string readerOf(const Accesses &of) { return "@" + sections[of.readers.back()].getSymName().str(); }

  ModuleOp module;
  SmallVector<exec::SectionOp> sections;
  llvm::MapVector<exec::StateKey, Accesses> accesses;
  llvm::DenseSet<StringAttr> updated; ///< names of what the optimizer updates
};

} // namespace

LogicalResult StateVerifier::verify(exec::StateOp state, const Accesses &of) {
  switch (state.getKind()) {
  case exec::MemoryKind::Parameters:
    if (updated.contains(state.getNameAttr()) && of.writers.empty())
      return emitError(state) << "is written by no section, but its moments are: the update is lost";
    return success();
  case exec::MemoryKind::Optimizer:
    if (!of.readers.empty() && of.writers.empty())
      return emitError(state) << "is read by section " << readerOf(of) << ", but no section writes it";
    return success();
  case exec::MemoryKind::Gradients:
    if (!of.readers.empty() && (of.writers.empty() || of.writers.front() >= of.readers.back()))
      return emitError(state) << "is read by section " << readerOf(of)
                              << ", but no section before it accumulates a gradient";
    return success();
  case exec::MemoryKind::Scalars:
    if (of.readers.empty() && of.writers.empty())
      return emitError(state) << "is neither read nor written by any section";
    return success();
  case exec::MemoryKind::Inputs: // an input that a model does not look at
    return success();
  case exec::MemoryKind::GatheredParameters:
  case exec::MemoryKind::Activations:
  case exec::MemoryKind::GradientsInFlight:
  case exec::MemoryKind::Temporaries:
  case exec::MemoryKind::Workspace:
    return emitError(state) << "is of kind " << stringifyMemoryKind(state.getKind())
                            << ", which is one of buffers, not of states";
  }
  llvm_unreachable("not a kind of memory");
}

//=== ------------------------------------------------------------------------------------------===//
// The pass
//=== ------------------------------------------------------------------------------------------===//

static LogicalResult verifySection(exec::SectionOp section, SymbolTable &symbols, dist::MeshOp mesh) {
  for (auto collective : section.getBody().front().getOps<exec::CollectiveOp>())
    if (failed(CollectiveVerifier(collective, mesh).run()) || failed(verifyTaken(collective, symbols)))
      return failure();
  for (auto write : section.getBody().front().getOps<exec::WriteOp>())
    if (failed(verifyLeft(write, symbols)))
      return failure();
  return verifyResults(section);
}

namespace {

struct VerifySchedulePass : shardc::impl::VerifySchedulePassBase<VerifySchedulePass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    dist::MeshOp mesh = dist::meshOf(module);
    if (!mesh) {
      module.emitError("there is no dist.mesh");
      return signalPassFailure();
    }
    SymbolTable symbols(module);
    for (auto section : module.getOps<exec::SectionOp>())
      if (failed(verifySection(section, symbols, mesh)))
        return signalPassFailure();
    if (failed(StateVerifier(module).run()))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
