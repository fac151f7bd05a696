//===- Save.cpp - Writing the parameters as a Hugging Face model folder -----------===//

#include "job/Save.h"
#include "files/SaveFolder.h"
#include "program/Error.h"

using namespace shardrt;

static int64_t countElements(const std::vector<int64_t> &shape) {
  int64_t elements = 1;
  for (int64_t size : shape)
    elements *= size;
  return elements;
}

/// Returns the tensors with their shapes, after a check that the parameters of each make it up.
static std::vector<NewTensor> describeTensors(const std::vector<CheckpointTensor> &tensors, const Manifest &manifest,
                                              const std::string &program) {
  std::vector<NewTensor> result;
  for (const CheckpointTensor &tensor : tensors) {
    result.push_back({tensor.name, manifest.parameters[tensor.parameters.front()].tensorShape()});
    int64_t held = 0, elements = countElements(result.back().shape);
    for (size_t i : tensor.parameters)
      held += countElements(manifest.parameters[i].shape);
    if (held != elements)
      fail(Exit::BadInput, "{}: the parameters of tensor {} hold {} of its {} elements", program, tensor.name, held,
           elements);
  }
  return result;
}

Save::Save(SaveOptions saveOptions, const std::string &program, const Manifest &manifest, const Weights *weights)
    : options(std::move(saveOptions)), manifest(manifest),
      tensors(weights ? weights->getTensors() : listTensors(manifest)),
      layout(describeTensors(tensors, manifest, program), options.fileLimit) {
  if (!manifest.config.empty())
    config = withFloat32(manifest.config, program + ": config");
  if (weights) {
    source = weights->getFolder();
    companions = listCompanions(source);
  }
}

int64_t Save::bytes() const {
  int64_t total = layout.getBytes() + static_cast<int64_t>(config.size());
  for (const Companion &companion : companions)
    total += companion.bytes;
  return total;
}

void Save::check() const {
  checkSaveFolder(options.folder, bytes());
}

/// Gathers all tensors, in order; rank 0 gives the `writer`.
bool Save::gatherTensors(Gather &gather, SafetensorsWriter *writer) const {
  for (size_t i = 0; i < tensors.size(); ++i)
    for (size_t parameter : tensors[i].parameters)
      if (!gather.run(manifest.parameters[parameter], [&](int64_t first, const float *values, int64_t count) {
            writer->write(i, first, values, count);
          }))
        return false;
  return true;
}

/// Writes all files to `folder`. Returns false where a peer is lost.
bool Save::writeFiles(Gather &gather, const std::string &folder) const {
  SafetensorsWriter writer(layout, folder);
  if (!gatherTensors(gather, &writer))
    return false;
  writer.finish();
  for (const Companion &companion : companions)
    copyFile(source + "/" + companion.name, folder + "/" + companion.name);
  if (config.empty())
    return true;
  Output file(folder + "/config.json");
  file.write(config);
  file.sync();
  return true;
}

bool Save::run(shardrt_rank &rank, Gather &gather) const {
  if (rank.index != 0)
    return gatherTensors(gather, nullptr);
  std::optional<PartialFolder> partial(options.folder);
  try {
    if (!writeFiles(gather, partial->getPath()))
      return false;
  } catch (const Error &error) {
    if (error.exit != Exit::Disk)
      throw;
    partial.reset(); // gives its space back before it is asked for
    fail(Exit::Disk, "{}; nothing is saved: {} are needed, {} are free", error.what(), formatBytes(bytes()),
         formatBytes(freeBytes(options.folder)));
  }
  partial->publish();
  return true;
}

std::string Save::describe() const {
  return fmt::format("{} tensor{}, {}{}, to {}", tensors.size(), tensors.size() == 1 ? "" : "s", formatBytes(bytes()),
                     config.empty() ? ", without config.json, which the program does not have" : "", options.folder);
}
