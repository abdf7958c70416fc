// libmosquitto: MQTT as a client.
#ifndef ALERTD_CMOSQUITTO_SHIM_H
#define ALERTD_CMOSQUITTO_SHIM_H

#include <mosquitto.h>

// Swift imports the enumeration's values as UInt32 and the functions' results as Int32.
static const int ALERTD_MOSQ_SUCCESS = MOSQ_ERR_SUCCESS;

#endif
