//===- DifferentiateModel.cpp - Forward, backward, clipping, optimizer -------------------------===//
//
// Builds the two functions of a training step: @micro, forward and backward of one micro batch, and @update, once a
// step.
//
//=== ------------------------------------------------------------------------------------------===//
#include "FunctionDerivative.h"
#include "shardc/Transforms/Differentiate/Passes.h"
#include "shardc/Transforms/EraseDead.h"
#include "shardc/Transforms/Partition/Moves.h"
#include <set>

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_DIFFERENTIATEMODELPASS
#include "shardc/Transforms/Differentiate/Passes.h.inc"

using dist::Placement;

namespace {

class StepBuilder {
public:
  StepBuilder(ModuleOp module, dist::MeshOp mesh, const TrainingDialectInterface &training,
              const TrainingDialectInterface::AdamW &adamw, std::optional<double> clipNorm)
      : module(module), mesh(mesh), training(training), adamw(adamw), clipNorm(clipNorm), derivatives(module, training),
        builder(module.getContext()), moves(builder, mesh) {
    for (auto name : mesh.getAxes().getAsRange<StringAttr>())
      if (*mesh.getAxisSize(name) > 1)
        axes.push_back(name);
  }

  LogicalResult run() {
    forward = module.lookupSymbol<func::FuncOp>("forward");
    if (failed(checkForward()))
      return failure();
    lossType = cast<RankedTensorType>(forward.getResultTypes().front());
    scalarType = RankedTensorType::get({}, lossType.getElementType());
    if (failed(createStates()) || failed(buildMicro()) || failed(checkGradients()) || failed(buildUpdate()))
      return failure();
    forward.erase();
    derivatives.finish(module);
    return success();
  }

private:
  LogicalResult checkForward() {
    if (!forward || forward.isExternal() || forward.getNumResults() == 0)
      return module.emitError("has no function @forward that returns a loss");
    auto loss = dyn_cast<RankedTensorType>(forward.getResultTypes().front());
    if (!loss || loss.getRank() != 0 || !isa<Float32Type, Float64Type>(loss.getElementType()))
      return forward.emitError("the loss must be a float32 or float64 of rank 0, got ")
             << forward.getResultTypes().front();
    for (unsigned i = 0; i < forward.getNumArguments(); ++i)
      if (!dist::getInput(forward, i))
        return forward.emitError("operand ") << i << " of @forward has no dist.input, the name of what it reads";
    return success();
  }

  //===- States ----------------------------------------------------------------------------------------------------------===//

  LogicalResult createStates() {
    builder.setInsertionPoint(forward);
    for (unsigned i = 0; i < forward.getNumArguments(); ++i)
      if (failed(
              createState(inputName(i), cast<RankedTensorType>(forward.getArgumentTypes()[i]), dist::StateKind::Input)))
        return failure();
    for (StringRef name :
         {"learning_rate", "bias_correction1", "bias_correction2", "inverse_label_count", "loss", "grad_norm"})
      if (failed(createState(name, scalarType, dist::StateKind::Scalar)))
        return failure();
    return createState("loss_sum", lossType, dist::StateKind::Scalar);
  }

  LogicalResult createState(StringRef name, RankedTensorType type, dist::StateKind kind) {
    if (Operation *other = module.lookupSymbol(name)) {
      InFlightDiagnostic diag = forward.emitError("a step keeps a state \"")
                                << name << "\", and something else has this name; give that another one";
      diag.attachNote(other->getLoc()) << "named here";
      return diag;
    }
    dist::StateOp::create(builder, forward.getLoc(), name, type, kind);
    return success();
  }

  StringRef inputName(unsigned i) { return *dist::getInput(forward, i); }

  dist::PartAttr toAttr(std::optional<dist::Part> part) {
    return part ? builder.getAttr<dist::PartAttr>(*part) : dist::PartAttr();
  }

  Value read(StringRef name, Type type, std::optional<dist::Part> part = std::nullopt) {
    return dist::ReadOp::create(builder, module.getLoc(), type, name, toAttr(part));
  }

  void write(Value value, StringRef name, std::optional<dist::Part> part = std::nullopt) {
    dist::WriteOp::create(builder, module.getLoc(), value, FlatSymbolRefAttr::get(builder.getContext(), name),
                          toAttr(part));
  }

  /// Creates a function and leaves the builder before its return.
  void createFunction(StringRef name) {
    builder.setInsertionPointToEnd(module.getBody());
    auto function = func::FuncOp::create(builder, forward.getLoc(), name, builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    func::ReturnOp::create(builder, forward.getLoc());
    builder.setInsertionPoint(function.getBody().front().getTerminator());
  }

  //===- One micro batch ---------------------------------------------------------------------------------------------------===//

  LogicalResult buildMicro() {
    createFunction("micro");
    exec::PhaseOp::create(builder, forward.getLoc(), exec::Phase::Forward);
    IRMapping mapping;
    for (auto [i, argument] : llvm::enumerate(forward.getArguments()))
      mapping.map(argument, read(inputName(i), argument.getType()));
    SmallVector<Operation *> operations;
    for (Operation &op : forward.getBody().front().without_terminator())
      operations.push_back(builder.clone(op, mapping));
    Value loss = mapping.lookup(forward.getBody().front().getTerminator()->getOperand(0));
    if (failed(addToLoss(loss)))
      return failure();

    exec::PhaseOp::create(builder, forward.getLoc(), exec::Phase::Backward);
    ReversePass pass(builder, training, derivatives.getSymbols());
    pass.propagateActivity(operations);
    FailureOr<Value> seed =
        moves.move(read("inverse_label_count", scalarType), Placement::of(lossType).dual(), forward.getLoc(), "loss");
    if (failed(seed) || failed(pass.accumulate(loss, *seed)))
      return failure();
    Block *block = builder.getInsertionBlock();
    if (failed(pass.run(operations, [&](func::CallOp call, ReversePass &inner) {
          return derivatives.differentiateCall(call, inner);
        })))
      return failure();
    eraseDead(*block);
    return success();
  }

  LogicalResult addToLoss(Value loss) {
    Value sum;
    if (failed(buildPlaced(
            builder, [&] { sum = training.buildAdd(builder, forward.getLoc(), read("loss_sum", lossType), loss); })))
      return failure();
    write(sum, "loss_sum");
    return success();
  }

  /// Every parameter must have been reached, or the optimizer would see a gradient that never was.
  LogicalResult checkGradients() {
    std::set<StringRef> reached;
    module.walk([&](dist::AccumulateOp op) { reached.insert(op.getSymbol()); });
    LogicalResult result = success();
    for (auto parameter : module.getOps<dist::ParameterOp>())
      if (!reached.count(parameter.getSymName()))
        result = parameter.emitOpError("has no gradient: the loss does not depend on it");
    return result;
  }

  //===- Once a step -------------------------------------------------------------------------------------------------------===//

  LogicalResult buildUpdate() {
    createFunction("update");
    SmallVector<std::pair<dist::ParameterOp, Value>> gradients;
    for (auto parameter : module.getOps<dist::ParameterOp>())
      gradients.emplace_back(parameter, read(parameter.getSymName(), parameter.getStoredType(), dist::Part::Gradient));
    FailureOr<Value> norm = globalNorm(gradients);
    if (failed(norm))
      return failure();
    write(*norm, "grad_norm");
    if (failed(finishLoss()))
      return failure();
    Value scale;
    if (failed(
            buildPlaced(builder, [&] { scale = training.buildClipScale(builder, module.getLoc(), *norm, clipNorm); })))
      return failure();
    Value scalars[] = {read("learning_rate", scalarType), read("bias_correction1", scalarType),
                       read("bias_correction2", scalarType), scale};
    for (auto [parameter, gradient] : gradients)
      if (failed(updateParameter(parameter, gradient, scalars)))
        return failure();
    return success();
  }

  /// The sum of squares over what each rank owns: along an axis where a gradient is R only the first rank counts. One
  /// scalar all-reduce, so that all ranks have the same bits.
  FailureOr<Value> globalNorm(ArrayRef<std::pair<dist::ParameterOp, Value>> gradients) {
    // Gradients of one placement are summed before the first rank is singled out.
    llvm::MapVector<Type, Value> sums;
    for (auto [parameter, gradient] : gradients) {
      Value square;
      if (failed(
              buildPlaced(builder, [&] { square = training.buildSquareSum(builder, parameter.getLoc(), gradient); })))
        return failure();
      Value &sum = sums[square.getType()];
      if (!sum)
        sum = square;
      else if (failed(buildPlaced(builder, [&] { sum = training.buildAdd(builder, parameter.getLoc(), sum, square); })))
        return failure();
    }
    Placement partial = Placement::replicated(0);
    for (StringAttr axis : axes)
      partial.set(axis, Placement::P);
    Value total;
    for (auto &[type, sum] : sums) {
      FailureOr<Value> part = moves.move(sum, partial, module.getLoc(), "gradient norm");
      if (failed(part))
        return failure();
      Value previous = total;
      if (!previous)
        total = *part;
      else if (failed(
                   buildPlaced(builder, [&] { total = training.buildAdd(builder, module.getLoc(), previous, *part); })))
        return failure();
    }
    FailureOr<Value> whole = moves.move(total, Placement::replicated(0), module.getLoc(), "gradient norm");
    if (failed(whole))
      return failure();
    Value norm;
    if (failed(buildPlaced(builder, [&] { norm = training.buildSqrt(builder, module.getLoc(), *whole); })))
      return failure();
    return norm;
  }

  LogicalResult finishLoss() {
    FailureOr<Value> sum = moves.move(read("loss_sum", lossType), Placement::replicated(0), module.getLoc(), "loss");
    if (failed(sum))
      return failure();
    Value loss, zero;
    auto build = [&] {
      loss = training.buildScale(builder, module.getLoc(), *sum, read("inverse_label_count", scalarType));
      zero = training.buildZeros(builder, module.getLoc(), scalarType);
    };
    if (failed(buildPlaced(builder, build)))
      return failure();
    zero.setType(lossType);
    write(loss, "loss");
    write(zero, "loss_sum");
    return success();
  }

  LogicalResult updateParameter(dist::ParameterOp parameter, Value gradient, ArrayRef<Value> scalars) {
    RankedTensorType type = parameter.getStoredType();
    StringRef name = parameter.getSymName();
    // A scalar is one value; used with parts of a tensor it counts on each rank by itself.
    Placement used = Placement::replicated(0), stored = Placement::of(type);
    for (StringAttr axis : axes)
      if (stored.kind(axis) == Placement::S)
        used.set(axis, Placement::C);
    SmallVector<Value> local;
    for (Value scalar : scalars) {
      FailureOr<Value> moved = moves.move(scalar, used, parameter.getLoc(), name);
      if (failed(moved))
        return failure();
      local.push_back(*moved);
    }
    TrainingDialectInterface::AdamW options = adamw;
    if (type.getRank() < 2)
      options.weightDecay = 0;
    Value value = read(name, type, dist::Part::Value), moment1 = read(name, type, dist::Part::Moment1),
          moment2 = read(name, type, dist::Part::Moment2);
    SmallVector<Value> updated;
    auto build = [&] {
      updated = training.buildAdamW(builder, parameter.getLoc(), value, gradient, moment1, moment2, local[0], local[1],
                                    local[2], local[3], options);
    };
    if (failed(buildPlaced(builder, build)))
      return failure();
    constexpr dist::Part parts[] = {dist::Part::Value, dist::Part::Moment1, dist::Part::Moment2};
    for (auto [result, part] : llvm::zip(updated, parts)) {
      result.setType(type);
      write(result, name, part);
    }
    return success();
  }

  ModuleOp module;
  dist::MeshOp mesh;
  const TrainingDialectInterface &training;
  TrainingDialectInterface::AdamW adamw;
  std::optional<double> clipNorm;
  FunctionDerivatives derivatives;
  OpBuilder builder;
  Moves moves;
  SmallVector<StringAttr> axes;
  func::FuncOp forward;
  RankedTensorType lossType, scalarType;
};

struct DifferentiateModelPass : impl::DifferentiateModelPassBase<DifferentiateModelPass> {
  using DifferentiateModelPassBase::DifferentiateModelPassBase;

  void runOnOperation() override {
    dist::MeshOp mesh = dist::meshOf(getOperation());
    const TrainingDialectInterface *training = findTrainingInterface(&getContext());
    if (!mesh || !training) {
      getOperation().emitError(mesh ? "no dialect says how a parameter is trained" : "has no dist.mesh");
      return signalPassFailure();
    }
    dist::Settings settings = dist::getSettings(getOperation());
    TrainingDialectInterface::AdamW adamw{.beta1 = settings.beta1,
                                          .beta2 = settings.beta2,
                                          .epsilon = settings.epsilon,
                                          .weightDecay = settings.weightDecay};
    StepBuilder step(getOperation(), mesh, *training, adamw, settings.clipNorm);
    if (failed(step.run()))
      signalPassFailure();
  }
};

} // namespace
} // namespace shardc
