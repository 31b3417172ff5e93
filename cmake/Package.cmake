# `cpack -G DEB` in the build folder makes sidestream_VERSION_ARCH.deb: deploy/image.md.
include(GNUInstallDirs)
set(CMAKE_INSTALL_PREFIX /usr)
set(packaging ${PROJECT_SOURCE_DIR}/deploy/debian)
install(TARGETS sidestream RUNTIME DESTINATION bin)
install(FILES config/sidestream.minimal.yaml DESTINATION /etc/sidestream RENAME sidestream.yaml)
install(FILES ${packaging}/sidestream.service DESTINATION lib/systemd/system)
install(FILES config/sidestream.yaml config/sidestream.schema.json README.md
        DESTINATION share/doc/sidestream)
install(FILES LICENSE DESTINATION share/doc/sidestream RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sidestream)
set(CPACK_PACKAGE_CONTACT "Sidestream maintainers <maintainers@sidestream.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_PACKAGE_DESCRIPTION
"A sidecar that turns the logs a company already has into Server-Sent Events that a
browser reads with one line, and that lose nothing when the connection drops,
because the broker's own offset is the id of the event.")
set(CPACK_STRIP_FILES ON)
set(CPACK_SET_DESTDIR ON) # /etc is outside the prefix
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${packaging}/conffiles ${packaging}/postinst ${packaging}/prerm ${packaging}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
