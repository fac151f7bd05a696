# Writes OUTPUT, a source file that has the PTX files IMAGES as strings and defines findKernelImage().
set(text "#include \"cuda/Kernels.h\"\n\nstatic const struct {\n  std::string_view name;\n  const char *ptx;\n} images[] = {\n")
foreach(image ${IMAGES})
  cmake_path(GET image STEM name)
  file(READ ${image} ptx)
  string(APPEND text "{\"${name}\", R\"ptx(${ptx})ptx\"},\n")
endforeach()
string(APPEND text "{{}, nullptr}};

const char *shardrt::cuda::findKernelImage(const std::string &name) {
  for (const auto &image : images)
    if (image.name == name)
      return image.ptx;
  return nullptr;
}
")
file(WRITE ${OUTPUT} "${text}")
