// libav as Swift sees it, plus the macros and fixed-size arrays that Swift cannot import.
#ifndef ALERTD_CFFMPEG_SHIM_H
#define ALERTD_CFFMPEG_SHIM_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>

#endif
