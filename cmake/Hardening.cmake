# Flags of the presets release and package: a position independent executable, full RELRO, stack protection, checked
# string functions, and marked branch targets. tests/deploy/image and tests/system/attack check the binary. In instructions of
# tests/perf/instructions -fstack-protector-strong costs 2 to 4 %, -fcf-protection 1 to 3 % (an endbr64 is a no-op), the others
# less than 1 %.
if(SIDESTREAM_HARDENED)
  # Not CMAKE_POSITION_INDEPENDENT_CODE: it compiles the layers with -fPIC, which inlines less than -fPIE.
  set(executable $<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>)
  set(layer $<STREQUAL:$<TARGET_PROPERTY:TYPE>,STATIC_LIBRARY>)
  add_compile_options($<$<OR:${executable},${layer}>:-fPIE>)
  add_link_options($<${executable}:-pie>)
  # Undefined first, because some distributions define _FORTIFY_SOURCE themselves.
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection=full)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    add_compile_options(-mbranch-protection=standard)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
endif()
