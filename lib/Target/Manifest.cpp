//===- Manifest.cpp - What a program file says of itself ---------------------------------------===//
#include "Manifest.h"
#include "shardc/Analysis/ProgramSummary.h"
#include "shardc/Conversion/Host/Groups.h"
#include "shardc/Conversion/Host/HostCode.h"
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Dialect/Exec/Exec.h"
#include "shardc/Interfaces/ModuleInterfaces.h"
#include "shardrt/abi.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace shardc;
using namespace shardc::codegen;
namespace json = llvm::json;

namespace {

json::Array toJson(ArrayRef<int64_t> numbers) {
  return json::Array(numbers);
}

json::Array toJson(ArrayRef<StringAttr> names) {
  json::Array array;
  for (StringAttr name : names)
    array.push_back(name.getValue());
  return array;
}

json::Array toJson(ArrayAttr names) {
  return toJson(llvm::to_vector(names.getAsRange<StringAttr>()));
}

} // namespace

static json::Array describeMesh(dist::MeshOp mesh) {
  json::Array axes;
  for (auto [name, size] : llvm::zip(mesh.getAxes().getAsRange<StringAttr>(), mesh.getSizes()))
    axes.push_back(json::Object{{"name", name.getValue()}, {"size", size}});
  return axes;
}

static FailureOr<json::Array> describeParameters(ModuleOp program, const exec::StateOffsets &offsets) {
  json::Array parameters;
  for (auto parameter : program.getOps<dist::ParameterOp>()) {
    FailureOr<int64_t> offset = offsets.find(
        parameter, {parameter.getSymNameAttr(), dist::PartAttr::get(program.getContext(), dist::Part::Value)});
    if (failed(offset))
      return failure();
    auto type = cast<RankedTensorType>(parameter.getType());
    RankedTensorType stored = parameter.getStoredType();
    json::Array sharding;
    for (ArrayRef<StringAttr> axes : dist::Placement::of(stored).dims)
      sharding.push_back(toJson(axes));
    json::Array aliases = parameter.getAliases() ? toJson(*parameter.getAliases()) : json::Array();
    parameters.push_back(json::Object{{"name", parameter.getSymName()},
                                      {"shape", toJson(type.getShape())},
                                      {"sharding", std::move(sharding)},
                                      {"local_shape", toJson(stored.getShape())},
                                      {"offset", *offset},
                                      {"init", parameter.getInit()},
                                      {"aliases", std::move(aliases)}});
    if (std::optional<StringRef> tensor = parameter.getTensor())
      (*parameters.back().getAsObject())["part"] = json::Object{{"tensor", *tensor},
                                                                {"dim", int64_t(*parameter.getTensorDim())},
                                                                {"at", int64_t(*parameter.getTensorAt())},
                                                                {"size", int64_t(*parameter.getTensorSize())}};
  }
  return parameters;
}

/// Adds `inputs`, `scalars` and `batch_axes`, the axes that the first dimension of every input is sharded over.
static LogicalResult describeStates(ModuleOp program, const exec::StateOffsets &offsets, json::Object &manifest) {
  json::Object inputs, scalars;
  json::Array batchAxes;
  for (auto state : program.getOps<dist::StateOp>()) {
    FailureOr<int64_t> offset = offsets.find(state, {state.getSymNameAttr(), Attribute()});
    if (failed(offset))
      return failure();
    if (state.getKind() == dist::StateKind::Scalar) {
      scalars[state.getSymName()] = *offset;
      continue;
    }
    auto type = cast<RankedTensorType>(state.getType());
    inputs[state.getSymName()] = json::Object{{"offset", *offset}, {"shape", toJson(type.getShape())}};
    batchAxes = toJson(dist::Placement::of(type).dims.front());
  }
  manifest["inputs"] = std::move(inputs);
  manifest["scalars"] = std::move(scalars);
  manifest["batch_axes"] = std::move(batchAxes);
  return success();
}

/// Adds `memory` and `collectives`, the report's figures.
static LogicalResult describeSummary(ModuleOp program, const Groups &groups, json::Object &manifest) {
  FailureOr<ProgramSummary> summary = summarizeProgram(program);
  if (failed(summary))
    return failure();
  json::Array memory, collectives;
  for (const ProgramSummary::Memory &kind : summary->memory)
    memory.push_back(json::Object{{"kind", kind.getName()}, {"bytes", kind.bytes}});
  Builder b(program.getContext());
  for (const ProgramSummary::Collective &collective : summary->collectives) {
    SmallVector<StringRef> axes(collective.axes.begin(), collective.axes.end());
    collectives.push_back(json::Object{{"kind", stringifyCollectiveKind(collective.kind)},
                                       {"group", groups.indexOf(b.getStrArrayAttr(axes))},
                                       {"count", collective.count},
                                       {"bytes", collective.bytes},
                                       {"cause", collective.cause}});
  }
  manifest["memory"] = std::move(memory);
  manifest["collectives"] = std::move(collectives);
  return success();
}

static LogicalResult describeArena(ModuleOp program, json::Object &manifest) {
  auto arenas = program.getOps<exec::ArenaOp>();
  if (arenas.empty())
    return program.emitError("has no exec.arena, it is not placed");
  exec::ArenaOp arena = *arenas.begin();
  manifest["arena"] = json::Object{{"bytes", static_cast<int64_t>(arena.getBytes())},
                                   {"persistent", static_cast<int64_t>(arena.getPersistent())},
                                   {"lower_bound", static_cast<int64_t>(arena.getLowerBound())}};
  return success();
}

/// Returns an attribute as JSON: a unit is null.
static json::Value jsonOf(Attribute attribute) {
  if (auto flag = dyn_cast<BoolAttr>(attribute))
    return flag.getValue();
  if (auto integer = dyn_cast<IntegerAttr>(attribute))
    return integer.getInt();
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  if (auto text = dyn_cast<StringAttr>(attribute))
    return json::fixUTF8(text.getValue());
  if (auto array = dyn_cast<ArrayAttr>(attribute))
    return json::Array(llvm::map_range(array, jsonOf));
  auto dictionary = dyn_cast<DictionaryAttr>(attribute);
  if (!dictionary)
    return nullptr;
  json::Object object;
  for (NamedAttribute entry : dictionary)
    object[json::fixUTF8(entry.getName().getValue())] = jsonOf(entry.getValue());
  return object;
}

/// Adds what the importer said of the model, and the type of its parameters.
static void describeModel(ModuleOp program, ModelAttrInterface model, json::Object &manifest) {
  manifest["name"] = model.getRoot().getValue();
  manifest["vocab_size"] = model.getVocabSize();
  manifest["initializer_range"] = model.getInitializerRange().getValueAsDouble();
  if (DictionaryAttr mathematics = model.getMathematics())
    manifest["mathematics"] = jsonOf(mathematics);
  StringAttr config = model.getConfig();
  manifest["config"] = config ? json::fixUTF8(config.getValue()) : std::string();

  bool isDouble = llvm::any_of(program.getOps<dist::ParameterOp>(), [](dist::ParameterOp parameter) {
    return cast<RankedTensorType>(parameter.getType()).getElementType().isF64();
  });
  manifest["dtype"] = isDouble ? "float64" : "float32";
}

/// The settings of training, by the last component of their keys.
static json::Object describeTraining(const dist::Settings &settings) {
  json::Object train;
  for (const dist::SettingSpec &spec : dist::getSettingSpecs())
    if (spec.scope == dist::SettingSpec::Scope::Module && spec.key.starts_with("train."))
      train[spec.getName()] = dist::toJson(spec.get(settings));
  return train;
}

static json::Array describeStep(ModuleOp program) {
  json::Array step;
  for (auto section : program.getOps<exec::SectionOp>())
    step.push_back(
        json::Object{{"section", section.getSymName()}, {"repeat", static_cast<int64_t>(section.getRepeat())}});
  return step;
}

/// Names tasks for profilers: pass, module and call, such as `backward model.layers.*.mlp.up_proj: shardrt_gemm`.
/// What belongs to no module has the program's own location.
static std::string describeTask(exec::TaskOpInterface task, StringRef pass, ModuleOp program) {
  std::string name = pass.str();
  if (auto module = dyn_cast<NameLoc>(task.getLoc()); module && !module.getName().empty() && module != program.getLoc())
    name += (" " + module.getName().getValue()).str();
  return name + ": " + task.getCallee().str();
}

/// For each section the numbers of its tasks' names, by the tasks' ids; and all names.
static std::pair<json::Object, json::Array> describeTasks(ModuleOp program) {
  json::Object sections;
  json::Array names;
  llvm::StringMap<int64_t> numbers;
  for (auto section : program.getOps<exec::SectionOp>()) {
    json::Array tasks;
    for (auto task : section.getOps<exec::TaskOpInterface>()) {
      if (!task.getTaskId()) // the section's code has been refused
        continue;
      int64_t id = *task.getTaskId();
      StringRef pass = section.getSymName();
      if (std::optional<int64_t> backward = section.getBackward())
        pass = stringifyPhase(id < *backward ? exec::Phase::Forward : exec::Phase::Backward);
      std::string name = describeTask(task, pass, program);
      auto [number, isNew] = numbers.try_emplace(name, names.size());
      if (isNew)
        names.push_back(name);
      while (static_cast<int64_t>(tasks.size()) < id)
        tasks.push_back(number->second); // an id that no task has
      tasks.push_back(number->second);
    }
    sections[section.getSymName()] = std::move(tasks);
  }
  return {std::move(sections), std::move(names)};
}

/// The library calls that differ, and which of their operands are inputs of the program: what a runtime gets ready for.
static json::Array describeCalls(ModuleOp program) {
  llvm::StringSet<> inputs, known;
  for (auto state : program.getOps<exec::StateOp>())
    if (state.getKind() == exec::MemoryKind::Inputs)
      inputs.insert(state.getName());
  json::Array calls;
  program.walk([&](exec::CallOp call) {
    json::Array names;
    for (Value operand : call.getInputs()) {
      auto read = operand.getDefiningOp<exec::ReadOp>();
      names.push_back(read && inputs.contains(read.getName()) ? read.getName() : "");
    }
    json::Value described = json::Object{{"function", call.getFunction()},
                                         {"inputs", std::move(names)},
                                         {"integers", toJson(call.getIntegers())},
                                         {"floats", json::Array(call.getFloats())}};
    if (known.insert(llvm::formatv("{0}", described).str()).second)
      calls.push_back(std::move(described));
  });
  return calls;
}

/// Streams by their numbers in shardrt_begin_task.
static json::Array describeStreams() {
  json::Array streams;
  for (unsigned i = 0; i <= exec::getMaxEnumValForStream(); ++i)
    streams.push_back(stringifyStream(*exec::symbolizeStream(i)));
  return streams;
}

/// Streams, functions by their numbers in shardrt_launch, the names of tasks, the code, and library calls.
static json::Object describeGpu(ModuleOp program, ArrayRef<GpuImage> gpuImages) {
  json::Array functions, images;
  for (auto kernel : program.getOps<exec::KernelOp>())
    for (exec::GpuLaunchAttr launch : kernel.getLaunchesOnGpu())
      functions.push_back(
          json::Object{{"name", launch.getFunction().getLeafReference().getValue()},
                       {"grid", launch.getGrid()},
                       {"threads", launch.getThreads()},
                       {"arguments", static_cast<int64_t>(launch.getOperands().size() + launch.getNumbers().size())}});
  for (const GpuImage &image : gpuImages)
    images.push_back(json::Object{
        {"kind", image.isPtx ? "ptx" : "cubin"}, {"architecture", image.architecture}, {"symbol", image.symbol()}});
  auto [tasks, names] = describeTasks(program);
  return json::Object{{"streams", describeStreams()},   {"functions", std::move(functions)},
                      {"task_names", std::move(names)}, {"tasks", std::move(tasks)},
                      {"images", std::move(images)},    {"calls", describeCalls(program)}};
}

FailureOr<json::Object> codegen::buildManifest(ModuleOp program, const CpuModel &cpu, ArrayRef<GpuImage> images) {
  Groups groups(program);
  auto meshes = program.getOps<dist::MeshOp>();
  if (meshes.empty())
    return program.emitError("has no dist.mesh");
  FailureOr<ModelAttrInterface> model = requireModel(program, program.getLoc());
  if (failed(model))
    return failure();
  exec::StateOffsets offsets(program);
  FailureOr<json::Array> parameters = describeParameters(program, offsets);
  if (failed(parameters))
    return failure();

  json::Object manifest;
  manifest["abi"] = SHARDRT_ABI_VERSION;
  manifest["target"] = json::Object{{"kind", exec::stringifyTargetKind(exec::targetOf(program).getKind())},
                                    {"cpu", cpu.name},
                                    {"features", json::Array(cpu.features)}};
  if (exec::targetOf(program).isCuda())
    manifest["gpu"] = describeGpu(program, images);
  manifest["mesh"] = describeMesh(*meshes.begin());
  manifest["world_size"] = (*meshes.begin()).getWorldSize();
  json::Array groupList;
  for (ArrayAttr axes : groups.getAll())
    groupList.push_back(toJson(axes));
  manifest["groups"] = std::move(groupList);
  manifest["parameters"] = std::move(*parameters);
  manifest["step"] = describeStep(program);
  dist::Settings settings = dist::getSettings(program);
  if (settings.paramDtype == dist::FloatKind::BFloat16)
    manifest["compute_dtype"] = nameOf(settings.paramDtype);
  manifest["train"] = describeTraining(settings);
  describeModel(program, *model, manifest);
  if (failed(describeArena(program, manifest)) || failed(describeStates(program, offsets, manifest)) ||
      failed(describeSummary(program, groups, manifest)))
    return failure();
  return manifest;
}
