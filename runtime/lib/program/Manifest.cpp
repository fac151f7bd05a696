//===- Manifest.cpp - What a program says of itself ---------------------------===//

#include "program/Manifest.h"
#include "program/Error.h"
#include "program/Json.h"

#include <algorithm>
#include <charconv>
#include <cstring>

using namespace shardrt;

static constexpr int64_t maxSize = int64_t(1) << 56;

/// Returns the product of `sizes`; sizes whose product is beyond 2^56 are an error at `at`.
static int64_t product(const std::vector<int64_t> &sizes, const JsonView &at) {
  int64_t result = 1;
  for (int64_t size : sizes)
    if (__builtin_mul_overflow(result, size, &result) || result > maxSize)
      at.fail("the product of the sizes is too large");
  return result;
}

static void checkWithin(int64_t offset, int64_t bytes, int64_t limit, const JsonView &at) {
  if (offset < 0 || bytes > limit || offset > limit - bytes)
    at.fail(
        fmt::format("\"{}\": {} bytes at offset {} lie beyond the {} bytes there are", at.key(), bytes, offset, limit));
}

static std::vector<std::string> parseAxes(const JsonView &json, const Mesh &mesh) {
  std::vector<std::string> axes = json.strings();
  for (const std::string &axis : axes)
    if (!mesh.has(axis))
      json.fail(fmt::format("the mesh has no axis \"{}\"", axis));
  return axes;
}

static Mesh parseMesh(const JsonView &root) {
  std::vector<Axis> axes;
  std::vector<int64_t> sizes;
  for (const JsonView &axis : root["mesh"].array()) {
    axes.push_back({axis["name"].string(), axis["size"].integerFrom(1)});
    sizes.push_back(axes.back().size);
  }
  int64_t ranks = product(sizes, root["mesh"]);
  if (root["world_size"].integer() != ranks)
    root["world_size"].fail(
        fmt::format("world_size is {}, the mesh has {} ranks", root["world_size"].integer(), ranks));
  return Mesh(std::move(axes));
}

static shardrt_dtype parseDtype(const JsonView &json) {
  if (json.string() == "float32")
    return SHARDRT_F32;
  if (json.string() == "float64")
    return SHARDRT_F64;
  json.fail(fmt::format("dtype must be float32 or float64, got \"{}\"", json.string()));
}

/// What is computed in is another type only where it is bfloat16.
static shardrt_dtype parseComputeDtype(const JsonView &root, shardrt_dtype dtype) {
  if (!root.has("compute_dtype"))
    return dtype;
  const JsonView json = root["compute_dtype"];
  if (json.string() != "bfloat16" || dtype != SHARDRT_F32)
    json.fail(fmt::format("compute_dtype must be bfloat16 beside a dtype of float32, got \"{}\"", json.string()));
  return SHARDRT_BF16;
}

static Init parseInit(const JsonView &json) {
  if (json.string() == "normal")
    return Init::Normal;
  if (json.string() == "ones")
    return Init::Ones;
  if (json.string() == "zeros")
    return Init::Zeros;
  json.fail(fmt::format("init must be normal, ones or zeros, got \"{}\"", json.string()));
}

std::vector<int64_t> Parameter::tensorShape() const {
  std::vector<int64_t> sizes = shape;
  if (part)
    sizes[static_cast<size_t>(part->dim)] = part->size;
  return sizes;
}

static TensorPart parsePart(const JsonView &json, const std::vector<int64_t> &shape) {
  TensorPart part{json["tensor"].string(), json["dim"].integerFrom(0), json["at"].integerFrom(0),
                  json["size"].integerFrom(0)};
  if (part.dim >= static_cast<int64_t>(shape.size()))
    json["dim"].fail(fmt::format("dim must be below {}, got {}", shape.size(), part.dim));
  int64_t extent = shape[static_cast<size_t>(part.dim)];
  if (extent > part.size || part.at > part.size - extent)
    json["at"].fail(fmt::format("a part of {} at {} must lie within a size of {}", extent, part.at, part.size));
  return part;
}

static Parameter parseParameter(const JsonView &json, const Manifest &manifest) {
  Parameter parameter{json["name"].string(),       json["shape"].sizes(),         {},
                      json["local_shape"].sizes(), json["offset"].integerFrom(0), parseInit(json["init"]),
                      json["aliases"].strings()};
  for (const JsonView &axes : json["sharding"].array())
    parameter.sharding.push_back(parseAxes(axes, manifest.mesh));
  size_t rank = parameter.shape.size();
  if (parameter.sharding.size() != rank || parameter.localShape.size() != rank)
    json.fail(fmt::format("{}: shape, sharding and local_shape differ in length", parameter.name));
  if (json.has("part"))
    parameter.part = parsePart(json["part"], parameter.shape);
  product(parameter.tensorShape(), json);
  for (size_t d = 0; d < rank; ++d) {
    int64_t local = shardRange(parameter.shape[d], parameter.sharding[d], manifest.mesh, 0).local;
    if (parameter.localShape[d] != local)
      json.fail(fmt::format("{}: local_shape of dimension {} is {}, its sharding gives {}", parameter.name, d,
                            parameter.localShape[d], local));
  }
  checkWithin(parameter.offset, product(parameter.localShape, json) * manifest.elementSize(), manifest.persistentBytes,
              json);
  return parameter;
}

static Input parseInput(const JsonView &json, const Manifest &manifest) {
  Input input{json["offset"].integerFrom(0), json["shape"].sizes()};
  std::vector<int64_t> expected{manifest.localBatch(), manifest.train.sequenceLength};
  if (input.shape != expected)
    json.fail(fmt::format("shape of {} must be [{}, {}], got [{}]", json.key(), expected[0], expected[1],
                          fmt::join(input.shape, ", ")));
  checkWithin(input.offset, product(input.shape, json) * int64_t(sizeof(int32_t)), manifest.arenaBytes, json);
  return input;
}

/// Reads the inputs, which must be ones that the loader knows how to fill.
static void parseInputs(const JsonView &json, Manifest &manifest) {
  std::pair<std::string_view, std::optional<Input> *> known[] = {
      {"tokens", &manifest.tokens}, {"targets", &manifest.targets}, {"positions", &manifest.positions}};
  for (const JsonView &input : json.members()) {
    auto it = std::ranges::find(known, std::string_view(input.key()), [](auto &entry) { return entry.first; });
    if (it == std::end(known))
      input.fail(fmt::format("the model takes an input \"{}\", which nothing fills: a token file gives tokens, targets "
                             "and positions",
                             input.key()));
    *it->second = parseInput(input, manifest);
  }
}

static Train parseTrain(const JsonView &json) {
  return {json["global_batch"].integerFrom(1),
          json["sequence_length"].integerFrom(1),
          json["accumulation"].integerFrom(1),
          json["steps"].integerFrom(0),
          json["warmup_steps"].integerFrom(0),
          json["learning_rate"].real(),
          json["min_learning_rate"].real(),
          json["beta1"].real(),
          json["beta2"].real()};
}

static std::vector<StepEntry> parseStep(const JsonView &root, const Train &train) {
  std::vector<StepEntry> step;
  int64_t batches = 0;
  for (const JsonView &entry : root["step"].array()) {
    step.push_back({entry["section"].string(), entry["repeat"].integerFrom(0)});
    batches += step.back().section == "update" ? 0 : step.back().repeat;
  }
  if (batches != train.accumulation)
    root["step"].fail(fmt::format("the step takes {} micro batches, accumulation is {}", batches, train.accumulation));
  return step;
}

static Scalars parseScalars(const JsonView &json, const Manifest &manifest) {
  auto offset = [&](const char *name) {
    int64_t at = json[name].integerFrom(0);
    checkWithin(at, manifest.elementSize(), manifest.persistentBytes, json[name]);
    return at;
  };
  return {
      offset("learning_rate"), offset("bias_correction1"), offset("bias_correction2"), offset("inverse_label_count"),
      offset("loss"),          offset("grad_norm")};
}

static void parseArena(const JsonView &json, Manifest &manifest) {
  manifest.arenaBytes = json["bytes"].integerFrom(0);
  manifest.persistentBytes = json["persistent"].integerFrom(0);
  manifest.lowerBound = json["lower_bound"].integerFrom(0);
  checkWithin(0, manifest.persistentBytes, manifest.arenaBytes, json["persistent"]);
}

static void parseReports(const JsonView &root, Manifest &manifest) {
  for (const JsonView &kind : root["memory"].array())
    manifest.memory.push_back({kind["kind"].string(), kind["bytes"].integerFrom(0)});
  for (const JsonView &json : root["collectives"].array()) {
    manifest.collectives.push_back({json["kind"].string(), json["group"].integerFrom(0), json["count"].integerFrom(0),
                                    json["bytes"].integerFrom(0), json["cause"].string()});
    if (manifest.collectives.back().group >= static_cast<int64_t>(manifest.groups.size()))
      json.fail(
          fmt::format("group is {}, there are {} groups", manifest.collectives.back().group, manifest.groups.size()));
  }
}

static GpuImage parseImage(const JsonView &json) {
  const std::string &kind = json["kind"].string(), &architecture = json["architecture"].string();
  if (kind != "ptx" && kind != "cubin")
    json["kind"].fail(fmt::format("kind must be ptx or cubin, got \"{}\"", kind));
  int capability = 0;
  const char *begin = architecture.data() + strlen("sm_"), *end = architecture.data() + architecture.size();
  bool isKnown = architecture.starts_with("sm_");
  auto [after, error] = isKnown ? std::from_chars(begin, end, capability) : std::from_chars_result{};
  char variant = isKnown && end - after == 1 && (*after == 'a' || *after == 'f') ? *after : 0;
  if (!isKnown || error != std::errc() || capability < 10 || (after != end && !variant))
    json["architecture"].fail(fmt::format("architecture must be like sm_90 or sm_90a, got \"{}\"", architecture));
  return {kind == "ptx", architecture, capability, variant, json["symbol"].string()};
}

static GpuCode parseGpu(const JsonView &json) {
  GpuCode gpu;
  gpu.streams = json["streams"].strings();
  if (gpu.streams.empty())
    json["streams"].fail("streams is empty, expected one at least");
  for (const JsonView &function : json["functions"].array()) {
    gpu.functions.push_back({function["name"].string(), function["grid"].integerFrom(1),
                             function["threads"].integerFrom(1), function["arguments"].integerFrom(0)});
    if (gpu.functions.back().grid > INT32_MAX || gpu.functions.back().threads > 1024)
      function.fail(fmt::format("{} has {} blocks of {} threads, expected at most {} of 1024",
                                gpu.functions.back().name, gpu.functions.back().grid, gpu.functions.back().threads,
                                INT32_MAX));
  }
  gpu.taskNames = json["task_names"].strings();
  for (const JsonView &section : json["tasks"].members()) {
    std::vector<int64_t> &numbers = gpu.tasks[section.key()] = section.sizes();
    for (int64_t number : numbers)
      if (number >= static_cast<int64_t>(gpu.taskNames.size()))
        section.fail(fmt::format("a task has name {}, there are {}", number, gpu.taskNames.size()));
  }
  for (const JsonView &image : json["images"].array())
    gpu.images.push_back(parseImage(image));
  for (const JsonView &call : json["calls"].array()) {
    LibraryCall parsed{call["function"].string(), call["inputs"].strings(), call["integers"].sizes(), {}};
    for (const JsonView &real : call["floats"].array())
      parsed.floats.push_back(real.real());
    gpu.calls.push_back(std::move(parsed));
  }
  return gpu;
}

Manifest shardrt::parseManifest(std::string_view text, const std::string &path) {
  JsonDocument document(path + ": manifest", std::string(text));
  JsonView root = document.root();
  Manifest manifest{};
  manifest.name = root["name"].string();
  manifest.digest = root["digest"].string();
  manifest.targetKind = root["target"]["kind"].string();
  manifest.cpu = root["target"]["cpu"].string();
  manifest.features = root["target"]["features"].strings();
  manifest.dtype = parseDtype(root["dtype"]);
  manifest.computeDtype = parseComputeDtype(root, manifest.dtype);
  manifest.mesh = parseMesh(root);
  for (const JsonView &group : root["groups"].array())
    manifest.groups.push_back(parseAxes(group, manifest.mesh));
  parseArena(root["arena"], manifest);
  parseReports(root, manifest);
  for (const JsonView &json : root["parameters"].array())
    manifest.parameters.push_back(parseParameter(json, manifest));
  manifest.batchAxes = parseAxes(root["batch_axes"], manifest.mesh);
  manifest.train = parseTrain(root["train"]);
  if (manifest.train.globalBatch % manifest.mesh.size(manifest.batchAxes) != 0)
    root["train"]["global_batch"].fail(fmt::format("global_batch {} does not divide over {} ranks",
                                                   manifest.train.globalBatch, manifest.mesh.size(manifest.batchAxes)));
  parseInputs(root["inputs"], manifest);
  manifest.scalars = parseScalars(root["scalars"], manifest);
  manifest.step = parseStep(root, manifest.train);
  if (manifest.targetKind == "cuda")
    manifest.gpu = parseGpu(root["gpu"]);
  manifest.vocabSize = root["vocab_size"].integerFrom(1);
  manifest.initializerRange = root["initializer_range"].real();
  if (root.has("mathematics"))
    manifest.modelKeys = parseModelKeys(root["mathematics"]);
  manifest.config = root["config"].string();
  return manifest;
}

std::string shardrt::formatBytes(int64_t bytes) {
  static constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  size_t unit = 0;
  double amount = static_cast<double>(bytes);
  for (; amount >= 1024 && unit + 1 < std::size(units); ++unit)
    amount /= 1024;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, units[unit]);
}
