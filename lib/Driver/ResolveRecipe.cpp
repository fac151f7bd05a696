//===- ResolveRecipe.cpp - What settings mean together -----------------------------------------===//

#include "ResolveRecipe.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace shardc {
namespace {

/// Multiplies sizes; one that does not fit is too large for any mesh.
int64_t product(std::initializer_list<int64_t> sizes) {
  int64_t result = 1;
  for (int64_t size : sizes)
    if (llvm::MulOverflow(result, size, result))
      return std::numeric_limits<int64_t>::max();
  return result;
}

InFlightDiagnostic errorAt(const Recipe &recipe, StringRef key) {
  return emitError(recipe.get(key).location);
}

/// Finds dp, the size of data parallelism, and the world's size.
FailureOr<int64_t> resolveData(Recipe &recipe, int64_t replicate, int64_t tp, int64_t cp) {
  std::optional<int64_t> world = recipe.values.worldSize, dp = recipe.values.dpSize;
  if (world && !dp) {
    if (*world % product({tp, cp}))
      return errorAt(recipe, "distributed.world_size")
             << "world_size (" << *world << ") must be divisible by tp_size x cp_size (" << tp << " x " << cp << " = "
             << product({tp, cp}) << ")";
    dp = *world / product({tp, cp});
  }
  if (!dp)
    dp = replicate;
  int64_t ranks = product({*dp, tp, cp});
  if (world && *world != ranks)
    return errorAt(recipe, "distributed.world_size") << "dp_size x tp_size x cp_size (" << *dp << " x " << tp << " x "
                                                     << cp << " = " << ranks << ") must be world_size, got " << *world;
  if (ranks > INT32_MAX)
    return errorAt(recipe, "distributed.tp_size") << "dp_size x tp_size x cp_size (" << *dp << " x " << tp << " x "
                                                  << cp << ") must be at most 2147483647 ranks";
  return *dp;
}

LogicalResult resolveMesh(Recipe &recipe) {
  dist::Settings &values = recipe.values;
  FailureOr<int64_t> dp = resolveData(recipe, values.dpReplicateSize, values.tpSize, values.cpSize);
  if (failed(dp))
    return failure();
  if (values.strategy == dist::Strategy::DDP) {
    if (values.dpReplicateSize != 1 && values.dpReplicateSize != *dp)
      return errorAt(recipe, "distributed.dp_replicate_size")
             << "strategy ddp means dp_replicate_size = dp_size (" << *dp << "), got " << values.dpReplicateSize;
    values.dpReplicateSize = *dp;
  }
  if (*dp % values.dpReplicateSize)
    return errorAt(recipe, "distributed.dp_replicate_size")
           << "dp_size (" << *dp << ") must be a multiple of dp_replicate_size, got " << values.dpReplicateSize;
  values.dpSize = *dp;
  return success();
}

/// Gives a key the value that others say, or fails if it was given another.
LogicalResult derive(Recipe &recipe, StringRef key, int64_t value, StringRef from, const Twine &how) {
  Setting &setting = recipe.get(key);
  if (setting.isGiven && setting.value != std::to_string(value)) {
    InFlightDiagnostic diagnostic = errorAt(recipe, key)
                                    << key << " must be " << value << ", which is " << how << ", got " << setting.value;
    diagnostic.attachNote(recipe.get(from).location) << "or leave out " << from << ", given here";
    return diagnostic;
  }
  if (setting.isGiven)
    return success();
  dist::findSettingSpec(key)->set(recipe.values, value);
  setting.value = std::to_string(value);
  setting.origin = ("from " + from).str();
  setting.location = recipe.get(from).location;
  return success();
}

/// A rank's samples of a micro batch say the samples of all ranks.
LogicalResult resolveLocalBatch(Recipe &recipe) {
  std::optional<int64_t> local = recipe.values.localBatchSize;
  if (!local)
    return success();
  int64_t ranks = recipe.values.getDataRanks(), samples = product({*local, ranks});
  if (samples > INT32_MAX)
    return errorAt(recipe, "train.local_batch_size") << "train.local_batch_size x data-parallel ranks (" << *local
                                                     << " x " << ranks << ") must be at most 2147483647 samples";
  return derive(recipe, "train.global_batch", samples, "train.local_batch_size",
                "local_batch_size x data-parallel ranks (" + Twine(*local) + " x " + Twine(ranks) + ")");
}

/// The samples of a step are micro batches: of the samples that are given, or as many as are given, or one.
LogicalResult resolveGlobalBatch(Recipe &recipe) {
  std::optional<int64_t> step = recipe.values.globalBatchSize;
  if (!step)
    return success();
  bool saysMicro = recipe.get("train.global_batch").isGiven || recipe.get("train.local_batch_size").isGiven;
  StringRef divisor = saysMicro ? "train.global_batch" : "train.accumulation";
  int64_t by = saysMicro ? recipe.values.globalBatch : recipe.values.accumulation;
  if (*step % by) {
    if (recipe.get("train.local_batch_size").isGiven)
      return errorAt(recipe, "train.global_batch_size")
             << "train.global_batch_size must be a multiple of local_batch_size x data-parallel ranks ("
             << *recipe.values.localBatchSize << " x " << recipe.values.getDataRanks() << " = " << by << "), got "
             << *step;
    return errorAt(recipe, "train.global_batch_size")
           << "train.global_batch_size must be a multiple of " << divisor << " (" << by << "), got " << *step;
  }
  return derive(recipe, saysMicro ? "train.accumulation" : "train.global_batch", *step / by, "train.global_batch_size",
                "global_batch_size / " + Twine(divisor.rsplit('.').second) + " (" + Twine(*step) + " / " + Twine(by) +
                    ")");
}

/// Finds the samples of a micro batch over all ranks, and how many micro batches a step takes.
LogicalResult resolveBatch(Recipe &recipe) {
  if (failed(resolveLocalBatch(recipe)) || failed(resolveGlobalBatch(recipe)))
    return failure();
  int64_t batch = recipe.values.globalBatch, ranks = recipe.values.getDataRanks();
  if (batch % ranks == 0)
    return success();
  return errorAt(recipe, "train.global_batch")
         << "global_batch must be divisible by the " << ranks << " data-parallel ranks, got " << batch;
}

/// A rate falls to a tenth of where it begins, unless it is said what to.
LogicalResult resolveLearningRate(Recipe &recipe) {
  if (recipe.values.getMinLearningRate() <= recipe.values.learningRate)
    return success();
  InFlightDiagnostic diagnostic = errorAt(recipe, "train.min_learning_rate")
                                  << "train.min_learning_rate must be at most train.learning_rate ("
                                  << recipe.get("train.learning_rate").value << "), got "
                                  << recipe.get("train.min_learning_rate").value << "; left out it is a tenth of that";
  if (recipe.get("train.learning_rate").isGiven)
    diagnostic.attachNote(recipe.get("train.learning_rate").location) << "train.learning_rate is given here";
  return diagnostic;
}

/// Sequence parallelism splits what lies between the modules of the plan, over tp: without a plan there is nothing to
/// split between, and on one rank nothing to split over.
LogicalResult resolveSequence(Recipe &recipe) {
  if (!recipe.values.sequenceParallel)
    return success();
  if (recipe.values.tpSize == 1)
    emitRemark(recipe.get("distributed.sequence_parallel").location)
        << "distributed.sequence_parallel=true has no effect where tp_size is 1";
  else if (recipe.values.tpPlan == "none")
    return errorAt(recipe, "distributed.sequence_parallel")
           << "distributed.sequence_parallel=true splits what lies between the modules of a tensor-parallel plan, and "
              "distributed.tp_plan is none; name a plan: auto, hf or a file";
  return success();
}

/// Parameters computed in bfloat16 are stored, updated and by default reduced in float32; a loss, which is all that a
/// program gives out, is float32 too. Otherwise there is one type for all.
LogicalResult resolvePrecision(Recipe &recipe) {
  const dist::Settings &values = recipe.values;
  dist::FloatKind param = values.paramDtype, stored = values.getStoredDtype();
  if (values.reduceDtype && *values.reduceDtype != stored && *values.reduceDtype != param)
    return errorAt(recipe, "precision.reduce_dtype")
           << "precision.reduce_dtype=" << nameOf(*values.reduceDtype) << " is not supported where param_dtype is "
           << nameOf(param) << ", only " << nameOf(stored) << (stored != param ? " and bfloat16 are" : " is");
  if (values.outputDtype && *values.outputDtype != stored)
    return errorAt(recipe, "precision.output_dtype")
           << "precision.output_dtype=" << nameOf(*values.outputDtype)
           << " is not supported: what a program gives out is the loss, which is " << nameOf(stored)
           << " where param_dtype is " << nameOf(param);
  return success();
}

/// TF32 is a mode of a GPU's products of float32: elsewhere nothing would come of it.
LogicalResult resolveMatmul(Recipe &recipe, StringRef target) {
  if (recipe.values.float32Matmul == dist::MatmulPrecision::IEEE)
    return success();
  if (target != "cuda")
    return errorAt(recipe, "precision.float32_matmul") << "precision.float32_matmul=tf32 needs --target=cuda, got "
                                                       << (target.empty() ? "cpu" : target) << ": only GPUs have TF32";
  if (recipe.values.paramDtype != dist::FloatKind::Float32)
    return errorAt(recipe, "precision.float32_matmul")
           << "precision.float32_matmul=tf32 is of products of float32, and precision.param_dtype is "
           << nameOf(recipe.values.paramDtype);
  return success();
}

} // namespace

LogicalResult resolveRecipe(Recipe &recipe, StringRef target) {
  if (failed(resolveMesh(recipe)) || failed(resolveBatch(recipe)) || failed(resolveLearningRate(recipe)) ||
      failed(resolveSequence(recipe)) || failed(resolvePrecision(recipe)) || failed(resolveMatmul(recipe, target)))
    return failure();
  recipe.values.fillIn();
  return success();
}

} // namespace shardc
