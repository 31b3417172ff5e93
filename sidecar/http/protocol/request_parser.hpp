#pragma once
// Beast's parser of a request's head. The body is read by another one, made from this.

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace sidestream {

using RequestHeadParser = boost::beast::http::request_parser<boost::beast::http::empty_body>;

}  // namespace sidestream
