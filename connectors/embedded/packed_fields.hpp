#pragma once
// The fields of a record as one piece of bytes: of each name and value in turn 4 bytes of length,
// in the byte order of the machine, and the text. Private to the folder.
//
// Thread: any.

#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/record.hpp"

namespace sidestream::embedded {

std::string pack_fields(const Message::Fields& fields);
// Appends them to `into`; what is not packed fields is left out. The headers view `bytes`.
void unpack_fields(std::string_view bytes, std::vector<Header>& into);

}  // namespace sidestream::embedded
