#pragma once
// Chunk sizes of apps that pad them with blanks ("5  "), which the parser refuses.
//
// Thread: any.

#include <boost/asio/buffer.hpp>

namespace sidestream {

// Rewrites the size line at the beginning of `buffer`, which may follow the line end of the chunk
// before it: zeros in front instead of blanks behind. False: it has no blanks behind its size.
bool pad_chunk_size(boost::asio::mutable_buffer buffer);

}  // namespace sidestream
