# Installs the build into a fresh folder, builds the plugins of this folder against it, and runs them, as a stranger would.
#   cmake -DBUILD=<build tree> -DSOURCE=<source tree> -DCOMPILER=<c++> -P test.cmake
set(work ${BUILD}/tests/consumer)
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})
file(MAKE_DIRECTORY ${work})

function(run out)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    string(JOIN " " command ${ARGN})
    message(FATAL_ERROR "${command}: exit code ${code}\n${text}${errors}")
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(expect text pattern)
  if(NOT text MATCHES "${pattern}")
    message(FATAL_ERROR "expected '${pattern}' in:\n${text}")
  endif()
endfunction()

run(ignored ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
run(ignored ${CMAKE_COMMAND} -E env --unset=CMAKE_BUILD_TYPE --unset=CXXFLAGS  # and optimised all the same
  ${CMAKE_COMMAND} -G Ninja -S ${CMAKE_CURRENT_LIST_DIR} -B ${work}/build
  -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_EXPORT_COMPILE_COMMANDS=ON)
file(READ ${work}/build/compile_commands.json compiled)
expect("${compiled}" " -O3 .*my_method.cpp")
run(ignored ${CMAKE_COMMAND} --build ${work}/build)

set(lacuna ${prefix}/bin/lacuna)
run(version ${lacuna} --version)
expect("${version}" "lacuna-build abi=")
run(listed ${lacuna} list --plugins ${work}/build)
expect("${listed}" "method +my_method +1.0.0 +Gradient ascent up to a limit")
expect("${listed}" "metric +calibration +1.0.0 +Expected calibration error on the retain pictures")
expect("${listed}" "method +npo ")  # the installed program finds the installed plugins by itself
run(described ${lacuna} describe my_method --plugins ${work}/build)
expect("${described}" "limit +in nats .default 4.0; at least 0.")
run(described ${lacuna} describe calibration --plugins ${work}/build)
expect("${described}" "Reads: in_domain\n\nColumns: fine/predicted, fine/nll, fine/margin\n")
expect("${described}" "Authors: A. Stranger\nAddress: https://example.org/calibration\n")

set(model ${SOURCE}/models/demo)
if(EXISTS ${model}/model.safetensors)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/suite.json.in ${work}/suite.json @ONLY)
  run(ignored ${lacuna} run ${work}/suite.json --out ${work}/results --plugins ${work}/build)
  run(state ${lacuna} status ${work}/results)
  message("${state}")
  run(ignored ${lacuna} report ${work}/results --out ${work}/report)  # the metric's value is a measure of its rows
  file(READ ${work}/report/leaderboard.json board)
  expect("${board}" "\"calibration_error\": {")
endif()

file(WRITE ${work}/own/suite.json "{\"schema_version\": 1, \"name\": \"own\", \"model\": \"demo\", \"seeds\": [1],
  \"requests\": [{\"id\": \"difficult\", \"dataset\": \"shapes\", \"forget\": \"difficult\"}],
  \"methods\": [{\"id\": \"npo\", \"preset\": \"reference\"}], \"metrics\": [\"q_u\"],
  \"evaluations\": [{\"id\": \"shapes\", \"role\": \"in_domain\", \"dataset\": \"shapes\"}]}\n")
run(planned ${lacuna} plan ${work}/own/suite.json)  # one's own suite knows models and presets by their names
expect("${planned}" "own: [0-9]+ cells")
run(planned ${lacuna} plan demo --seeds 1)  # and the installed suites by their names, with the models they use
expect("${planned}" "demo: [0-9]+ cells")
if(NOT EXISTS ${prefix}/share/lacuna/results/published/kt_table2.json)
  message(FATAL_ERROR "the published tables are not installed beside the suites")
endif()
