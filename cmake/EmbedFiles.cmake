# millrace_embed(<output.cc> FUNCTION <name> FILES <file> ...)
# Writes a C++ file that holds the given files as http::Assets, each served under its own name.
# As a script (cmake -P) it does the writing; included, it adds the build step.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(types_html "text/html; charset=utf-8")
  set(types_css "text/css; charset=utf-8")
  set(types_js "text/javascript; charset=utf-8")
  set(types_svg "image/svg+xml")
  set(arrays "")
  set(table "")
  string(REPLACE "|" ";" FILES "${FILES}")
  foreach(file ${FILES})
    get_filename_component(name ${file} NAME)
    get_filename_component(extension ${file} LAST_EXT)
    string(SUBSTRING ${extension} 1 -1 extension)
    string(MAKE_C_IDENTIFIER ${name} id)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
    string(APPEND arrays "constexpr char ${id}[] = {${bytes}'\\0'};\n")
    string(APPEND table "    {\"/${name}\", \"${types_${extension}}\", {${id}, sizeof ${id} - 1}},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"fraud/dashboard/assets.h\"\n\nnamespace millrace::fraud {\n"
    "namespace {\n\n${arrays}\nconstexpr http::Asset assets[] = {\n${table}};\n\n}  // namespace\n\n"
    "std::span<const http::Asset> ${FUNCTION}() {\n  return assets;\n}\n\n"
    "}  // namespace millrace::fraud\n")
  return()
endif()

set(MILLRACE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(millrace_embed output)
  cmake_parse_arguments(ARG "" "FUNCTION" "FILES" ${ARGN})
  string(REPLACE ";" "|" files "${ARG_FILES}")
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DFUNCTION=${ARG_FUNCTION} "-DFILES=${files}"
            -P ${MILLRACE_EMBED_SCRIPT}
    DEPENDS ${ARG_FILES} ${MILLRACE_EMBED_SCRIPT}
    COMMENT "Embedding the web page" VERBATIM)
endfunction()
