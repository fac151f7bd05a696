//===- Gpu.cpp - The GPU of a process, and its context------------------------------===//

#include "cuda/Gpu.h"

using namespace shardrt;
using namespace shardrt::cuda;

Gpu::Gpu(const Driver &driver, int64_t index) : driver(driver) {
  int count = 0;
  driver.check(driver.deviceGetCount(&count), "counting the GPUs");
  if (count == 0)
    fail(Exit::NoDevice, "the program runs on a GPU, the driver finds none: look at CUDA_VISIBLE_DEVICES");
  auto ordinal = static_cast<int>(index % count);
  driver.check(driver.deviceGet(&device, ordinal), "asking for GPU {}", ordinal);
  char text[256] = {};
  driver.check(driver.deviceGetName(text, sizeof text - 1, device), "asking for the name of GPU {}", ordinal);
  name = text;
  capability = 10 * getAttribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) +
               getAttribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  driver.check(driver.devicePrimaryCtxRetain(&context, device), "starting {}", name);
  makeCurrent();
}

Gpu::~Gpu() {
  driver.devicePrimaryCtxRelease(device);
}

void Gpu::makeCurrent() const {
  driver.check(driver.ctxSetCurrent(context), "using {} from this thread", name);
}

CUevent Gpu::createEvent() const {
  CUevent event = nullptr;
  driver.check(driver.eventCreate(&event, CU_EVENT_DISABLE_TIMING), "making an event");
  return event;
}

CUuuid Gpu::getUuid() const {
  CUuuid uuid = {};
  driver.check(driver.deviceGetUuid(&uuid, device), "asking {} for its identity", name);
  return uuid;
}

int Gpu::getAttribute(CUdevice_attribute attribute) const {
  int value = 0;
  driver.check(driver.deviceGetAttribute(&value, attribute, device), "asking {} for its compute capability", name);
  return value;
}
