# shardrt_add_kernel_images(TARGET): compiles lib/cuda/kernels/*.cu to PTX and adds them to TARGET, which then has findKernelImage()
# of cuda/Kernels.h. Any clang with the NVPTX target does; nothing of CUDA is needed. Without one there are no images.

set(SHARDRT_HEAD_SIZES 16 32 64 80 96 128 256) # those of lib/cuda/Attention.cpp

# What is multiplied and added in one expression is one instruction, and nothing else: NVIDIA's assembler is left no choice.
set(shardrt_kernel_flags -x cuda --cuda-device-only -nocudainc -nocudalib -Wno-unknown-cuda-version
  --cuda-gpu-arch=sm_80 --cuda-feature=+ptx70 -O3 -ffp-contract=on -std=c++20 -Wall -Wextra -S)
if(CMAKE_COMPILE_WARNING_AS_ERROR)
  list(APPEND shardrt_kernel_flags -Werror)
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(SHARDRT_KERNEL_COMPILER ${CMAKE_CXX_COMPILER} CACHE FILEPATH "clang++ that compiles kernels for GPUs")
else()
  find_program(SHARDRT_KERNEL_COMPILER NAMES clang++-22 clang++ DOC "clang++ that compiles kernels for GPUs")
endif()

function(shardrt_add_kernel_images target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/kernels)
  set(images "")
  if(SHARDRT_KERNEL_COMPILER)
    execute_process(COMMAND ${SHARDRT_KERNEL_COMPILER} ${shardrt_kernel_flags} /dev/null -o /dev/null
      RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
  endif()
  if(NOT SHARDRT_KERNEL_COMPILER OR failed)
    message(STATUS "No clang++ that compiles for NVIDIA's GPUs found: shard-run is built without GPU kernels for attention, "
                   "embeddings and collectives; set SHARDRT_KERNEL_COMPILER to have them")
  else()
    shardrt_add_kernel_image(Collectives)
    shardrt_add_kernel_image(CountUp)
    shardrt_add_kernel_image(EmbeddingGrad)
    shardrt_add_kernel_image(PackParts)
    shardrt_add_kernel_image(RopeTable)
    foreach(head ${SHARDRT_HEAD_SIZES})
      shardrt_add_kernel_image(Attention ${head})
      shardrt_add_kernel_image(AttentionGrad ${head})
      shardrt_add_kernel_image(Bf16Attention ${head})
      shardrt_add_kernel_image(Bf16AttentionGrad ${head})
    endforeach()
  endif()
  set(script ${PROJECT_SOURCE_DIR}/cmake/EmbedKernelImages.cmake)
  add_custom_command(OUTPUT ${folder}/KernelImages.cpp
    COMMAND ${CMAKE_COMMAND} "-DIMAGES=${images}" -DOUTPUT=${folder}/KernelImages.cpp -P ${script}
    DEPENDS ${images} ${script} COMMENT "Embedding GPU kernels" VERBATIM)
  target_sources(${target} PRIVATE ${folder}/KernelImages.cpp)
endfunction()

# Compiles `source`.cu, for heads of `ARGN` elements where given, and adds the image to `images`.
function(shardrt_add_kernel_image source)
  set(path ${PROJECT_SOURCE_DIR}/lib/cuda/kernels/${source}.cu)
  set(image ${folder}/${source}${ARGN}.ptx)
  set(definition "")
  if(ARGN)
    set(definition -DSHARDRT_HEAD=${ARGN})
  endif()
  add_custom_command(OUTPUT ${image}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
    COMMAND ${SHARDRT_KERNEL_COMPILER} ${shardrt_kernel_flags} ${definition} -MD -MF ${image}.d -MT ${image} ${path} -o ${image}
    DEPENDS ${path} DEPFILE ${image}.d COMMENT "Compiling GPU kernels ${source}${ARGN}" VERBATIM)
  set(images ${images} ${image} PARENT_SCOPE)
endfunction()
