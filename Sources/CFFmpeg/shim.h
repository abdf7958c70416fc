// libav as Swift sees it, plus the macros, variadic arguments and fixed-size arrays that Swift cannot import.
#ifndef ALERTD_CFFMPEG_SHIM_H
#define ALERTD_CFFMPEG_SHIM_H

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/dict.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/motion_vector.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Error codes are built by macros with casts, which Swift does not import.
static const int ff_error_eof = AVERROR_EOF;
static const int ff_error_exit = AVERROR_EXIT;
static const int ff_error_invalid_data = AVERROR_INVALIDDATA;
static const int ff_error_unauthorized = AVERROR_HTTP_UNAUTHORIZED;
static const int ff_error_not_found = AVERROR_HTTP_NOT_FOUND;
static const int ff_error_decoder_not_found = AVERROR_DECODER_NOT_FOUND;
static const int ff_error_encoder_not_found = AVERROR_ENCODER_NOT_FOUND;
static inline int ff_error(int posix_code) { return AVERROR(posix_code); }

// A macro with a cast.
static const int64_t ff_no_time = AV_NOPTS_VALUE;

// A packet's duration moved from `pkt_duration` to `duration` in libavutil 57.30.
static inline int64_t ff_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
    return frame->duration;
#else
    return frame->pkt_duration;
#endif
}

// Whether a frame is a key frame: a field until libavutil 58.7, a flag since.
static inline int ff_frame_is_key(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return (frame->flags & AV_FRAME_FLAG_KEY) != 0;
#else
    return frame->key_frame;
#endif
}

// A stream's side data of one kind: a function of AVStream until libavcodec 60.30, of AVCodecParameters since.
static inline const void *ff_stream_side_data(const AVStream *stream, enum AVPacketSideDataType type, size_t *size) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 30, 100)
    const AVPacketSideData *data = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, type);
    if (size) *size = data ? data->size : 0;
    return data ? data->data : NULL;
#else
    return av_stream_get_side_data(stream, type, size);
#endif
}

// AVFrame.data and .linesize are fixed arrays, which arrive in Swift as tuples.
static inline int ff_scale(
    struct SwsContext *scaler, const AVFrame *frame, uint8_t *pixels, int stride) {
    uint8_t *planes[4] = {pixels, NULL, NULL, NULL};
    int strides[4] = {stride, 0, 0, 0};
    return sws_scale(scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, planes, strides);
}

// sws_setColorspaceDetails takes fixed arrays; both sides are set, the output to full-range RGB. `matrix` is SWS_CS_*.
static inline int ff_set_colours(struct SwsContext *scaler, int matrix, int source_is_full_range) {
    return sws_setColorspaceDetails(
        scaler, sws_getCoefficients(matrix), source_is_full_range, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16,
        1 << 16);
}

// `rgb`, packed rows of width * 3 bytes, into a full-range 4:2:0 frame that was allocated with `width` and `height`. By
// way of a frame with padded rows, because libswscale reads whole vectors.
static inline int ff_frame_from_rgb(AVFrame *frame, const uint8_t *rgb) {
    AVFrame *source = av_frame_alloc();
    struct SwsContext *scaler = sws_getContext(
        frame->width, frame->height, AV_PIX_FMT_RGB24, frame->width, frame->height, AV_PIX_FMT_YUV420P,
        SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP, NULL, NULL, NULL);
    int code = AVERROR(ENOMEM);
    if (source != NULL && scaler != NULL) {
        source->format = AV_PIX_FMT_RGB24;
        source->width = frame->width;
        source->height = frame->height;
        // A JPEG file's colours are BT.601's in full range (JFIF 1.02).
        const int *jfif = sws_getCoefficients(SWS_CS_ITU601);
        code = sws_setColorspaceDetails(scaler, jfif, 1, jfif, 1, 0, 1 << 16, 1 << 16);
        if (code >= 0) code = av_frame_get_buffer(source, 0);
        if (code >= 0) {
            const uint8_t *planes[4] = {rgb, NULL, NULL, NULL};
            int strides[4] = {frame->width * 3, 0, 0, 0};
            av_image_copy(
                source->data, source->linesize, planes, strides, AV_PIX_FMT_RGB24, frame->width, frame->height);
            code = sws_scale(
                scaler, (const uint8_t *const *)source->data, source->linesize, 0, frame->height, frame->data,
                frame->linesize);
        }
    }
    sws_freeContext(scaler);
    av_frame_free(&source);
    return code < 0 ? code : 0;
}

// The pixel format that `codec` gives when a device of `type` decodes; AV_PIX_FMT_NONE when none can.
static inline enum AVPixelFormat ff_device_format(const AVCodec *codec, enum AVHWDeviceType type) {
    const AVCodecHWConfig *way;
    for (int index = 0; (way = avcodec_get_hw_config(codec, index)) != NULL; index++)
        if ((way->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0 && way->device_type == type) return way->pix_fmt;
    return AV_PIX_FMT_NONE;
}

// AVCodecContext.get_format: the device's format as long as libavcodec offers it, which it stops to do when the device
// cannot decode the stream; then the first format that is the processor's.
static inline enum AVPixelFormat ff_choose_format(AVCodecContext *decoder, const enum AVPixelFormat *offered) {
    const AVHWDeviceContext *device = (const AVHWDeviceContext *)decoder->hw_device_ctx->data;
    enum AVPixelFormat wanted = ff_device_format(decoder->codec, device->type);
    for (const enum AVPixelFormat *format = offered; *format != AV_PIX_FMT_NONE; format++)
        if (*format == wanted) return wanted;
    for (const enum AVPixelFormat *format = offered; *format != AV_PIX_FMT_NONE; format++)
        if ((av_pix_fmt_desc_get(*format)->flags & AV_PIX_FMT_FLAG_HWACCEL) == 0) return *format;
    return AV_PIX_FMT_NONE;
}

// Hands `device` over to a context that is not open yet. In C because the callback is an inline function.
static inline void ff_use_device(AVCodecContext *decoder, AVBufferRef *device) {
    decoder->hw_device_ctx = device;
    decoder->get_format = ff_choose_format;
}

// One JPEG file of a packed RGB picture; `quantiser` is 2 (finest) to 31. The bytes are the packet's. In C because
// the frame's planes are fixed arrays and the pixel format of full-range 4:2:0 is a deprecated constant.
static inline int ff_encode_jpeg(AVPacket *packet, const uint8_t *rgb, int width, int height, int quantiser) {
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
    if (codec == NULL) return AVERROR_ENCODER_NOT_FOUND;
    AVCodecContext *encoder = avcodec_alloc_context3(codec);
    AVFrame *frame = av_frame_alloc();
    int code = AVERROR(ENOMEM);
    if (encoder != NULL && frame != NULL) {
        encoder->width = frame->width = width;
        encoder->height = frame->height = height;
        encoder->time_base = (AVRational){1, 1};
        encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
        encoder->color_range = AVCOL_RANGE_JPEG;
        encoder->thread_count = 1;
        encoder->flags |= AV_CODEC_FLAG_QSCALE;
        encoder->global_quality = quantiser * FF_QP2LAMBDA;
        frame->format = AV_PIX_FMT_YUVJ420P;
        frame->color_range = AVCOL_RANGE_JPEG;
        frame->quality = encoder->global_quality;
        frame->pts = 0;
        code = avcodec_open2(encoder, codec, NULL);
        if (code >= 0) code = av_frame_get_buffer(frame, 0);
        if (code >= 0) code = ff_frame_from_rgb(frame, rgb);
        if (code >= 0) code = avcodec_send_frame(encoder, frame);
        if (code >= 0) code = avcodec_send_frame(encoder, NULL);
        if (code >= 0) code = avcodec_receive_packet(encoder, packet);
    }
    av_frame_free(&frame);
    avcodec_free_context(&encoder);
    return code;
}

// What the motion vectors of the latest pictures say about one patch of the picture; sums weighted by the blocks' area.
typedef struct ff_motion_patch {
    float right, down;  // pixels that moving blocks moved
    float length;       // the same without regard to their direction
    float moving;       // seconds of moving blocks
    float seen;         // seconds of all blocks
} ff_motion_patch;

// Weighs down what `patches` [rows, columns] know by `keep` and adds what `vectors` say of a picture of `width` × `height`
// that came `seconds` after the one they point back to; what moved less than `least` pixels stood. Vectors to later
// pictures are left out. In C because this is a loop over each block of each picture.
static inline void ff_add_motion(
    ff_motion_patch *patches, int columns, int rows, float keep, const AVMotionVector *vectors, size_t count, int width,
    int height, float seconds, float least) {
    for (int at = 0; at < columns * rows; at++) {
        patches[at].right *= keep;
        patches[at].down *= keep;
        patches[at].length *= keep;
        patches[at].moving *= keep;
        patches[at].seen *= keep;
    }
    const float across = (float)columns / (float)width, along = (float)rows / (float)height;
    for (size_t at = 0; at < count; at++) {
        const AVMotionVector *vector = &vectors[at];
        const int x = vector->dst_x, y = vector->dst_y;
        if (vector->source >= 0 || vector->motion_scale == 0 || x < 0 || y < 0 || x >= width || y >= height) continue;
        int column = (int)((float)x * across), row = (int)((float)y * along);
        if (column >= columns) column = columns - 1;
        if (row >= rows) row = rows - 1;
        ff_motion_patch *patch = &patches[row * columns + column];
        const float area = (float)(vector->w * vector->h);
        patch->seen += area * seconds;
        if (vector->motion_x == 0 && vector->motion_y == 0) continue;
        // The vector points to where the block came from.
        const float scale = -1.0f / (float)vector->motion_scale;
        const float right = (float)vector->motion_x * scale, down = (float)vector->motion_y * scale;
        const float length = sqrtf(right * right + down * down);
        if (length < least) continue;
        patch->moving += area * seconds;
        patch->right += area * right;
        patch->down += area * down;
        patch->length += area * length;
    }
}

// The motion vectors that came with a frame, and how many; NULL when none did.
static inline const AVMotionVector *ff_motion_vectors(const AVFrame *frame, size_t *count) {
    const AVFrameSideData *data = av_frame_get_side_data(frame, AV_FRAME_DATA_MOTION_VECTORS);
    *count = data ? data->size / sizeof(AVMotionVector) : 0;
    return data ? (const AVMotionVector *)data->data : NULL;
}

// Where the log lines of one source go, and what opens its further parts (NULL when it has none). AVFormatContext.opaque
// and AVCodecContext.opaque point at one.
typedef struct ff_log_sink {
    void (*line)(void *owner, int level, const char *text);
    void *owner;
    void *parts;
} ff_log_sink;

// The sink of the nearest format or codec context above `object`, NULL when it has none.
static inline const ff_log_sink *ff_sink_of(void *object) {
    for (int depth = 0; object != NULL && depth < 4; depth++) {
        const AVClass *type = *(const AVClass **)object;
        if (type == NULL || type->class_name == NULL) return NULL;
        if (strcmp(type->class_name, "AVFormatContext") == 0) return ((AVFormatContext *)object)->opaque;
        if (strcmp(type->class_name, "AVCodecContext") == 0) return ((AVCodecContext *)object)->opaque;
        if (type->parent_log_context_offset == 0) return NULL;
        object = *(void **)((uint8_t *)object + type->parent_log_context_offset);
    }
    return NULL;
}

// A log callback takes a va_list, which Swift cannot format.
static inline void ff_log_line(void *object, int level, const char *format, va_list arguments) {
    char text[512];
    if (level < 0 || level > AV_LOG_ERROR) return;
    const ff_log_sink *sink = ff_sink_of(object);
    if (sink == NULL || sink->line == NULL) return;
    vsnprintf(text, sizeof text, format, arguments);
    sink->line(sink->owner, level, text);
}

// The callback above cannot be named as a C function pointer from Swift, because of its va_list.
static inline void ff_route_log(void) { av_log_set_callback(ff_log_line); }

#endif
