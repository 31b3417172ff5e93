# sidestream_embed(TARGET FUNCTION HEADER FILES...): compiles files into TARGET. FUNCTION, declared in HEADER as
#   std::span<const sidestream::Asset> FUNCTION();
# gives them in this order. FILES are relative to the current source folder; an asset's path is "/" and the
# file's name there, but "/" for index.html. A changed file is embedded again by the next build.
#
# The file is its own script: `cmake -P Embed.cmake` writes the .cpp at build time.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(SIDESTREAM_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

  function(sidestream_embed target function header)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE sources)
    string(REPLACE ";" "|" names "${ARGN}")
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D FUNCTION=${function} -D HEADER=${header}
              -D FOLDER=${CMAKE_CURRENT_SOURCE_DIR} -D "NAMES=${names}" -P ${SIDESTREAM_EMBED_SCRIPT}
      DEPENDS ${sources} ${SIDESTREAM_EMBED_SCRIPT}
      COMMENT "Embedding files for ${function}()"
      VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()
  return()
endif()

set(types_html "text/html; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_json "application/json")
set(types_svg "image/svg+xml")
set(types_png "image/png")

# The bytes as a string literal, 32 to a line. Each byte is one \x escape, so that nothing needs quoting and no
# compiler sees a raw string longer than a line.
function(literal file result)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" escaped "${hex}")
  string(REPEAT "[^ ]" 128 line)
  string(REGEX REPLACE "(${line})" "\\1\"\n    \"" escaped "${escaped}")
  set(${result} "\"${escaped}\"" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" names "${NAMES}")
set(entries "")
foreach(name IN LISTS names)
  get_filename_component(extension ${name} LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "${name}: no content type is known for .${extension}; see Embed.cmake")
  endif()
  set(path "/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  file(SIZE ${FOLDER}/${name} size)
  literal(${FOLDER}/${name} bytes)
  string(APPEND entries "  {\"${path}\", \"${types_${extension}}\", std::string_view(\n    ${bytes}, ${size})},\n")
endforeach()
file(WRITE ${OUTPUT} "// Written by cmake/Embed.cmake.
#include \"${HEADER}\"

namespace sidestream {
namespace {
constexpr Asset assets[] = {
${entries}};
}  // namespace

std::span<const Asset> ${FUNCTION}() { return assets; }

}  // namespace sidestream
")
