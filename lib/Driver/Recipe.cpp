//===- Recipe.cpp - What the user asks for -----------------------------------------------------===//

#include "shardc/Driver/Recipe.h"
#include "Settings.h"
#include "Yaml.h"
#include "shardc/Support/NearestName.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace shardc {
namespace {

constexpr StringRef sections[] = {"distributed", "precision", "train"};

//=== ------------------------------------------------------------------------------------------===//
// The file, and --set
//=== ------------------------------------------------------------------------------------------===//

/// FILE:LINE of a value in a file.
std::string originOf(Location location) {
  auto file = location->findInstanceOf<FileLineColLoc>();
  return file ? (file.getFilename().getValue() + ":" + Twine(file.getLine())).str() : "--set";
}

/// Applies the settings of one section.
LogicalResult readSection(Recipe &recipe, StringRef section, const YamlValue &value) {
  if (value.kind == YamlValue::Kind::Null)
    return success();
  if (value.kind != YamlValue::Kind::Mapping)
    return emitError(value.location) << section << " must be a mapping of keys to values, got " << value.shown();
  bool ok = true;
  for (const YamlValue &entry : value.entries)
    ok &= succeeded(assign(recipe.settings, (section + "." + entry.key).str(), entry, originOf(entry.location)));
  return success(ok);
}

LogicalResult readFile(Recipe &recipe, StringRef path, MLIRContext &context) {
  FailureOr<YamlValue> root = readYaml(path, "the recipe", UnknownLoc::get(&context));
  if (failed(root))
    return failure();
  if (root->kind == YamlValue::Kind::Null)
    return success();
  if (root->kind != YamlValue::Kind::Mapping)
    return emitError(root->location) << "a recipe must be a mapping of keys to values, got " << root->shown();
  bool ok = true;
  for (const YamlValue &entry : root->entries) {
    if (llvm::is_contained(sections, entry.key)) {
      ok &= succeeded(readSection(recipe, entry.key, entry));
    } else if (StringRef section = nearestName(entry.key, sections);
               !section.empty() && entry.kind == YamlValue::Kind::Mapping) {
      ok = false;
      emitError(entry.keyLocation) << "unknown key " << entry.key << ", did you mean " << section << "?";
    } else {
      ok &= succeeded(assign(recipe.settings, entry.key, entry, originOf(entry.location)));
    }
  }
  return success(ok);
}

/// A plan file named in a recipe stands beside it.
void resolvePlanPath(Recipe &recipe, StringRef recipePath) {
  for (Setting &setting : recipe.settings) {
    if (setting.key != "distributed.tp_plan" || llvm::is_contained({"auto", "hf", "none"}, setting.value) ||
        llvm::sys::path::is_absolute(setting.value))
      continue;
    SmallString<256> path(llvm::sys::path::parent_path(recipePath));
    llvm::sys::path::append(path, setting.value);
    setting.value = path.str().str();
  }
}

LogicalResult applyOverride(Recipe &recipe, StringRef text, MLIRContext &context) {
  std::string name = ("--set " + text).str();
  Location location = NameLoc::get(StringAttr::get(&context, name));
  auto [key, value] = text.split('=');
  if (key.empty() || value.empty())
    return emitError(location) << "must be KEY=VALUE";
  if (key.consume_front("model.")) {
    recipe.modelOverrides.emplace_back(key.str(), value.str());
    return success();
  }
  FailureOr<YamlValue> parsed = parseYaml(value, name, /*isFile=*/false, context);
  if (failed(parsed))
    return failure();
  return assign(recipe.settings, key, *parsed, "--set");
}

//=== ------------------------------------------------------------------------------------------===//
// Meaning
//=== ------------------------------------------------------------------------------------------===//

/// Reads checked settings.
struct Reader {
  const Recipe &recipe;

  std::optional<int64_t> integer(StringRef key) const {
    const Setting &setting = recipe.get(key);
    int64_t value = 0;
    if (setting.isNull || StringRef(setting.value).getAsInteger(10, value))
      return std::nullopt;
    return value;
  }
  std::optional<double> number(StringRef key) const {
    const Setting &setting = recipe.get(key);
    double value = 0;
    if (setting.isNull || !llvm::to_float(setting.value, value))
      return std::nullopt;
    return value;
  }
  std::optional<bool> boolean(StringRef key) const {
    const Setting &setting = recipe.get(key);
    return setting.isNull ? std::nullopt : std::optional(setting.value == "true");
  }
};

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
  Reader read{recipe};
  std::optional<int64_t> world = read.integer("distributed.world_size"), dp = read.integer("distributed.dp_size");
  if (world && !dp) {
    if (*world % product({tp, cp}))
      return errorAt(recipe, "distributed.world_size")
             << "world_size (" << *world << ") must be divisible by tp_size x cp_size (" << tp << " x " << cp << " = "
             << product({tp, cp}) << ")";
    dp = *world / product({tp, cp});
  }
  if (!dp)
    dp = replicate;
  recipe.worldSize = product({*dp, tp, cp});
  if (world && *world != recipe.worldSize)
    return errorAt(recipe, "distributed.world_size")
           << "dp_size x tp_size x cp_size (" << *dp << " x " << tp << " x " << cp << " = " << recipe.worldSize
           << ") must be world_size, got " << *world;
  if (recipe.worldSize > INT32_MAX)
    return errorAt(recipe, "distributed.tp_size") << "dp_size x tp_size x cp_size (" << *dp << " x " << tp << " x "
                                                  << cp << ") must be at most 2147483647 ranks";
  return *dp;
}

LogicalResult resolveMesh(Recipe &recipe) {
  Reader read{recipe};
  Options::Mesh &mesh = recipe.options.mesh;
  mesh.tp = *read.integer("distributed.tp_size");
  mesh.cp = *read.integer("distributed.cp_size");
  int64_t replicate = *read.integer("distributed.dp_replicate_size");
  FailureOr<int64_t> dp = resolveData(recipe, replicate, mesh.tp, mesh.cp);
  if (failed(dp))
    return failure();
  if (recipe.get("distributed.strategy").value == "ddp") {
    if (replicate != 1 && replicate != *dp)
      return errorAt(recipe, "distributed.dp_replicate_size")
             << "strategy ddp means dp_replicate_size = dp_size (" << *dp << "), got " << replicate;
    replicate = *dp;
  }
  if (*dp % replicate)
    return errorAt(recipe, "distributed.dp_replicate_size")
           << "dp_size (" << *dp << ") must be a multiple of dp_replicate_size, got " << replicate;
  mesh.dpReplicate = replicate;
  mesh.dpShard = *dp / replicate;
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
  setting.value = std::to_string(value);
  setting.origin = ("from " + from).str();
  setting.location = recipe.get(from).location;
  return success();
}

/// A rank's samples of a micro batch say the samples of all ranks.
LogicalResult resolveLocalBatch(Recipe &recipe) {
  std::optional<int64_t> local = Reader{recipe}.integer("train.local_batch_size");
  if (!local)
    return success();
  int64_t ranks = recipe.dataRanks(), samples = product({*local, ranks});
  if (samples > INT32_MAX)
    return errorAt(recipe, "train.local_batch_size") << "train.local_batch_size x data-parallel ranks (" << *local
                                                     << " x " << ranks << ") must be at most 2147483647 samples";
  return derive(recipe, "train.global_batch", samples, "train.local_batch_size",
                "local_batch_size x data-parallel ranks (" + Twine(*local) + " x " + Twine(ranks) + ")");
}

/// The samples of a step are micro batches: of the samples that are given, or as many as are given, or one.
LogicalResult resolveGlobalBatch(Recipe &recipe) {
  Reader read{recipe};
  std::optional<int64_t> step = read.integer("train.global_batch_size");
  if (!step)
    return success();
  bool saysMicro = recipe.get("train.global_batch").isGiven || recipe.get("train.local_batch_size").isGiven;
  StringRef divisor = saysMicro ? "train.global_batch" : "train.accumulation";
  int64_t by = *read.integer(divisor);
  if (*step % by) {
    if (recipe.get("train.local_batch_size").isGiven)
      return errorAt(recipe, "train.global_batch_size")
             << "train.global_batch_size must be a multiple of local_batch_size x data-parallel ranks ("
             << *read.integer("train.local_batch_size") << " x " << recipe.dataRanks() << " = " << by << "), got "
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
  int64_t batch = *Reader{recipe}.integer("train.global_batch"), ranks = recipe.dataRanks();
  if (batch % ranks == 0)
    return success();
  return errorAt(recipe, "train.global_batch")
         << "global_batch must be divisible by the " << ranks << " data-parallel ranks, got " << batch;
}

/// A rate falls to a tenth of where it begins, unless it is said what to.
LogicalResult resolveLearningRate(Recipe &recipe) {
  Reader read{recipe};
  double rate = *read.number("train.learning_rate");
  double lowest = read.number("train.min_learning_rate").value_or(rate / 10);
  recipe.options.train.learningRate = rate;
  recipe.options.train.minLearningRate = lowest;
  if (lowest <= rate)
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
  recipe.options.sequenceParallel = *Reader{recipe}.boolean("distributed.sequence_parallel");
  if (!recipe.options.sequenceParallel)
    return success();
  if (recipe.options.mesh.tp == 1)
    emitRemark(recipe.get("distributed.sequence_parallel").location)
        << "distributed.sequence_parallel=true has no effect where tp_size is 1";
  else if (recipe.get("distributed.tp_plan").value == "none")
    return errorAt(recipe, "distributed.sequence_parallel")
           << "distributed.sequence_parallel=true splits what lies between the modules of a tensor-parallel plan, and "
              "distributed.tp_plan is none; name a plan: auto, hf or a file";
  return success();
}

/// Parameters computed in bfloat16 are stored, updated and by default reduced in float32; a loss, which is all that a
/// program gives out, is float32 too. Otherwise there is one type for all.
LogicalResult resolvePrecision(Recipe &recipe) {
  const Setting &param = recipe.get("precision.param_dtype"), &reduce = recipe.get("precision.reduce_dtype"),
                &output = recipe.get("precision.output_dtype");
  bool isNarrow = param.value == "bfloat16";
  StringRef stored = isNarrow ? "float32" : StringRef(param.value);
  recipe.options.paramDtype = param.value;
  recipe.options.reduceInBFloat16 = isNarrow && !reduce.isNull && reduce.value == "bfloat16";
  if (!reduce.isNull && reduce.value != stored && !recipe.options.reduceInBFloat16)
    return emitError(reduce.location) << "precision.reduce_dtype=" << reduce.value
                                      << " is not supported where param_dtype is " << param.value << ", only " << stored
                                      << (isNarrow ? " and bfloat16 are" : " is");
  if (!output.isNull && output.value != stored)
    return emitError(output.location) << "precision.output_dtype=" << output.value
                                      << " is not supported: what a program gives out is the loss, which is " << stored
                                      << " where param_dtype is " << param.value;
  return success();
}

/// TF32 is a mode of a GPU's products of float32: elsewhere nothing would come of it.
LogicalResult resolveMatmul(Recipe &recipe, StringRef target) {
  const Setting &matmul = recipe.get("precision.float32_matmul");
  recipe.options.tf32 = matmul.value == "tf32";
  if (!recipe.options.tf32)
    return success();
  if (target != "cuda")
    return emitError(matmul.location) << "precision.float32_matmul=tf32 needs --target=cuda, got "
                                      << (target.empty() ? "cpu" : target) << ": only GPUs have TF32";
  if (recipe.options.paramDtype != "float32")
    return emitError(matmul.location)
           << "precision.float32_matmul=tf32 is of products of float32, and precision.param_dtype is "
           << recipe.options.paramDtype;
  return success();
}

void resolveTrain(Recipe &recipe) {
  Reader read{recipe};
  Options::Train &train = recipe.options.train;
  train.globalBatch = *read.integer("train.global_batch");
  train.sequenceLength = *read.integer("train.sequence_length");
  train.accumulation = *read.integer("train.accumulation");
  train.steps = *read.integer("train.steps");
  train.warmupSteps = *read.integer("train.warmup_steps");
  train.beta1 = *read.number("train.beta1");
  train.beta2 = *read.number("train.beta2");
  train.epsilon = *read.number("train.epsilon");
  train.weightDecay = *read.number("train.weight_decay");
  train.clipNorm = read.number("train.clip_norm");
}

} // namespace

const Setting &Recipe::get(StringRef key) const {
  return *llvm::find_if(settings, [&](const Setting &setting) { return setting.key == key; });
}

Setting &Recipe::get(StringRef key) {
  return const_cast<Setting &>(std::as_const(*this).get(key));
}

llvm::json::Object Recipe::trainJson() const {
  const Options::Train &train = options.train;
  return llvm::json::Object{{"global_batch", train.globalBatch},
                            {"sequence_length", train.sequenceLength},
                            {"accumulation", train.accumulation},
                            {"steps", train.steps},
                            {"learning_rate", train.learningRate},
                            {"min_learning_rate", train.minLearningRate},
                            {"warmup_steps", train.warmupSteps},
                            {"beta1", train.beta1},
                            {"beta2", train.beta2},
                            {"epsilon", train.epsilon},
                            {"weight_decay", train.weightDecay},
                            {"clip_norm", train.clipNorm}};
}

FailureOr<Recipe> loadRecipe(StringRef path, ArrayRef<std::string> overrides, StringRef target, MLIRContext &context) {
  Recipe recipe;
  recipe.settings = defaultSettings(context);
  bool ok = true;
  if (!path.empty()) {
    ok = succeeded(readFile(recipe, path, context));
    resolvePlanPath(recipe, path);
  }
  for (const std::string &text : overrides)
    ok &= succeeded(applyOverride(recipe, text, context));
  if (!ok || failed(resolveMesh(recipe)) || failed(resolveBatch(recipe)) || failed(resolveLearningRate(recipe)) ||
      failed(resolveSequence(recipe)) || failed(resolvePrecision(recipe)) || failed(resolveMatmul(recipe, target)))
    return failure();
  resolveTrain(recipe);
  Reader read{recipe};
  recipe.options.reshardAfterForward = read.boolean("distributed.reshard_after_forward");
  recipe.options.activationCheckpointing = recipe.get("activation_checkpointing").value;
  recipe.options.forwardPrefetch = *read.integer("distributed.forward_prefetch");
  recipe.options.backwardPrefetch = *read.integer("distributed.backward_prefetch");
  return recipe;
}

} // namespace shardc
