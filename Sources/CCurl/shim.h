// libcurl: HTTP, HTTPS and SMTP as a client.
#ifndef ALERTD_CCURL_SHIM_H
#define ALERTD_CCURL_SHIM_H

// The checking macros take apart what Swift hands over as plain functions below.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// Swift cannot call functions with variable arguments: one function for each type of option.
static inline CURLcode alertd_curl_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode alertd_curl_set_offset(CURL *curl, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode alertd_curl_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode alertd_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode alertd_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(curl, option, value);
}
typedef size_t (*alertd_curl_data)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode alertd_curl_set_data_callback(CURL *curl, CURLoption option, alertd_curl_data value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode alertd_curl_get_number(CURL *curl, CURLINFO info, long *value) {
    return curl_easy_getinfo(curl, info, value);
}

// Swift does not import macros with casts or parentheses reliably.
static const size_t ALERTD_CURL_READ_ABORT = CURL_READFUNC_ABORT;
static const size_t ALERTD_CURL_ERROR_SIZE = CURL_ERROR_SIZE;
static const long ALERTD_CURL_GLOBAL_ALL = CURL_GLOBAL_ALL;

#endif
