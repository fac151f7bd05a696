//===- Report.cpp - What a program needs, for people and for machines --------------------------===//

#include "shardc/Driver/Report.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace shardc {
namespace {

/// 1234567 as 1,234,567.
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (int64_t at = int64_t(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(at, ",");
  return digits;
}

/// Bytes in the unit that a person would take.
std::string inUnits(int64_t bytes) {
  constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double value = double(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit)
    value /= 1024;
  return unit ? llvm::formatv("{0:F2} {1}", value, units[unit]).str() : (Twine(bytes) + " B").str();
}

struct Axis {
  StringRef name;
  int64_t size;
};

std::array<Axis, 4> axesOf(const dist::Settings &settings) {
  return {{{"dp_replicate", settings.dpReplicateSize},
           {"dp_shard", settings.getShardRanks()},
           {"cp", settings.cpSize},
           {"tp", settings.tpSize}}};
}

/// Returns the bytes of one kind of memory.
int64_t bytesOf(const ProgramSummary &summary, exec::MemoryKind kind) {
  for (const ProgramSummary::Memory &memory : summary.memory)
    if (memory.kind == kind)
      return memory.bytes;
  return 0;
}

double overBound(const ProgramSummary &summary) {
  return summary.lowerBoundBytes ? double(summary.arenaBytes) / double(summary.lowerBoundBytes) : 1.0;
}

//=== ------------------------------------------------------------------------------------------===//
// Text
//=== ------------------------------------------------------------------------------------------===//

void printSettings(const Recipe &recipe, llvm::raw_ostream &os) {
  size_t keyWidth = 0, valueWidth = 0;
  for (const Setting &setting : recipe.settings) {
    keyWidth = std::max(keyWidth, setting.key.size());
    valueWidth = std::max(valueWidth, setting.value.size());
  }
  os << "settings\n";
  for (const Setting &setting : recipe.settings)
    os << "  " << llvm::left_justify(setting.key, keyWidth) << "  " << llvm::left_justify(setting.value, valueWidth)
       << "  " << setting.origin << "\n";
  for (const auto &[key, value] : recipe.modelOverrides)
    os << "  " << llvm::left_justify("model." + key, keyWidth) << "  " << llvm::left_justify(value, valueWidth)
       << "  --set\n";
}

void printMesh(const Recipe &recipe, llvm::raw_ostream &os) {
  os << "\nmesh  ";
  llvm::interleave(axesOf(recipe.values), os, [&](const Axis &axis) { os << axis.name << " " << axis.size; }, " x ");
  os << " = " << recipe.values.getWorldSize() << (recipe.values.getWorldSize() == 1 ? " rank\n" : " ranks\n");
}

void printBatch(const Recipe &recipe, llvm::raw_ostream &os) {
  const dist::Settings &train = recipe.values;
  os << "step  " << grouped(train.globalBatch * train.accumulation) << " samples of " << grouped(train.sequenceLength)
     << " tokens: " << grouped(train.accumulation)
     << (train.accumulation == 1 ? " micro batch of " : " micro batches of ") << grouped(train.globalBatch) << ", "
     << grouped(train.globalBatch / train.getDataRanks()) << " on each of " << grouped(train.getDataRanks())
     << (train.getDataRanks() == 1 ? " data-parallel rank\n" : " data-parallel ranks\n");
}

void printMemory(const Report &report, llvm::raw_ostream &os) {
  const ProgramSummary &summary = report.summary;
  os << "\nparameters  " << grouped(report.parameters) << ", of which a rank stores "
     << inUnits(bytesOf(summary, exec::MemoryKind::Parameters)) << "\n\nmemory of a rank\n";
  for (const ProgramSummary::Memory &memory : summary.memory)
    os << "  " << llvm::left_justify(memory.getName(), 24) << llvm::right_justify(grouped(memory.bytes), 20) << " B  "
       << llvm::right_justify(inUnits(memory.bytes), 12) << "\n";
  os << "  " << llvm::left_justify("arena", 24) << llvm::right_justify(grouped(summary.arenaBytes), 20) << " B  "
     << llvm::right_justify(inUnits(summary.arenaBytes), 12) << "  " << llvm::format("%.4f", overBound(summary))
     << " times the lower bound of " << grouped(summary.lowerBoundBytes) << " B\n";
}

void printCollectives(const ProgramSummary &summary, llvm::raw_ostream &os) {
  os << "\ncollectives of a step\n";
  if (summary.collectives.empty())
    os << "  none\n";
  int64_t total = 0;
  for (const ProgramSummary::Collective &collective : summary.collectives) {
    os << "  " << llvm::left_justify(stringifyCollectiveKind(collective.kind), 15)
       << llvm::right_justify(grouped(collective.count), 8) << " x  "
       << llvm::right_justify(inUnits(collective.bytes), 12) << " sent  "
       << llvm::left_justify(llvm::join(collective.axes, ","), 22) << "  " << collective.cause << "\n";
    total += collective.bytes;
  }
  if (!summary.collectives.empty())
    os << "  " << llvm::left_justify("all", 25) << "  " << llvm::right_justify(inUnits(total), 12) << " sent\n";
}

/// What checkpointing changes. Recomputation is part of each micro batch and of nothing else.
struct CheckpointingEffect {
  int64_t addedFlops; ///< of a micro batch
  double percent;     ///< of a step's without

  CheckpointingEffect(const Report &report)
      : addedFlops((report.summary.flops - report.withoutCheckpointing->flops) / report.recipe.values.accumulation),
        percent(100.0 * double(report.summary.flops - report.withoutCheckpointing->flops) /
                double(std::max<int64_t>(report.withoutCheckpointing->flops, 1))) {}
};

void printCheckpointing(const Report &report, llvm::raw_ostream &os) {
  if (!report.withoutCheckpointing)
    return;
  const ProgramSummary &with = report.summary, &without = *report.withoutCheckpointing;
  os << "\nactivation checkpointing " << report.recipe.get("activation_checkpointing").value << "\n";
  auto printBytes = [&](StringRef name, int64_t now, int64_t before) {
    os << "  " << llvm::left_justify(name, 24) << llvm::right_justify(grouped(now), 20) << " B  "
       << llvm::right_justify(inUnits(now), 12) << "  " << inUnits(before - now) << " saved of " << grouped(before)
       << " B\n";
  };
  printBytes("kept for the backward", with.residualBytes, without.residualBytes);
  printBytes("arena", with.arenaBytes, without.arenaBytes);
  CheckpointingEffect effect(report);
  os << "  recomputed in each micro batch: " << grouped(effect.addedFlops) << " floating-point operations on a rank, "
     << llvm::format("%.2f", effect.percent) << " % more than without\n";
}

} // namespace

void printReport(const Report &report, llvm::raw_ostream &os) {
  const ProgramSummary &summary = report.summary;
  os << "model  " << report.model << "\n\n";
  printSettings(report.recipe, os);
  printMesh(report.recipe, os);
  printBatch(report.recipe, os);
  printMemory(report, os);
  printCheckpointing(report, os);
  printCollectives(summary, os);
  os << "\nprogram  " << grouped(summary.tasks) << " tasks, " << grouped(summary.kernels) << " kernels, "
     << grouped(summary.events) << " events, " << llvm::format("%.3e", double(summary.flops))
     << " floating-point operations a step on a rank\n";
}

//=== ------------------------------------------------------------------------------------------===//
// JSON
//=== ------------------------------------------------------------------------------------------===//

/// Null where nothing is recomputed.
static llvm::json::Value checkpointingAsJson(const Report &report) {
  if (!report.withoutCheckpointing)
    return nullptr;
  const ProgramSummary &with = report.summary, &without = *report.withoutCheckpointing;
  CheckpointingEffect effect(report);
  return llvm::json::Object{{"mode", report.recipe.get("activation_checkpointing").value},
                            {"residual_bytes", with.residualBytes},
                            {"residual_bytes_saved", without.residualBytes - with.residualBytes},
                            {"arena_bytes_saved", without.arenaBytes - with.arenaBytes},
                            {"flops_added_per_micro_batch", effect.addedFlops},
                            {"flops_added_percent", effect.percent}};
}

llvm::json::Value reportAsJson(const Report &report) {
  using llvm::json::Array, llvm::json::Object;
  const ProgramSummary &summary = report.summary;
  Object settings;
  for (const Setting &setting : report.recipe.settings)
    settings[setting.key] = Object{{"value", setting.value}, {"origin", setting.origin}};
  for (const auto &[key, value] : report.recipe.modelOverrides)
    settings["model." + key] = Object{{"value", value}, {"origin", "--set"}};
  Array mesh, memory, collectives;
  for (const Axis &axis : axesOf(report.recipe.values))
    mesh.push_back(Object{{"name", axis.name}, {"size", axis.size}});
  for (const ProgramSummary::Memory &part : summary.memory)
    memory.push_back(Object{{"kind", part.getName()}, {"bytes", part.bytes}});
  for (const ProgramSummary::Collective &collective : summary.collectives)
    collectives.push_back(Object{{"kind", stringifyCollectiveKind(collective.kind)},
                                 {"axes", Array(collective.axes)},
                                 {"count", collective.count},
                                 {"bytes", collective.bytes},
                                 {"cause", collective.cause}});
  return Object{{"model", report.model},
                {"settings", std::move(settings)},
                {"mesh", std::move(mesh)},
                {"world_size", report.recipe.values.getWorldSize()},
                {"samples_per_step", report.recipe.values.globalBatch * report.recipe.values.accumulation},
                {"parameters", Object{{"elements", report.parameters},
                                      {"bytes_per_rank", bytesOf(summary, exec::MemoryKind::Parameters)}}},
                {"memory", std::move(memory)},
                {"arena", Object{{"bytes", summary.arenaBytes},
                                 {"persistent", summary.persistentBytes},
                                 {"lower_bound", summary.lowerBoundBytes},
                                 {"ratio", overBound(summary)}}},
                {"activation_checkpointing", checkpointingAsJson(report)},
                {"collectives", std::move(collectives)},
                {"tasks", summary.tasks},
                {"kernels", summary.kernels},
                {"events", summary.events},
                {"flops", summary.flops}};
}

} // namespace shardc
