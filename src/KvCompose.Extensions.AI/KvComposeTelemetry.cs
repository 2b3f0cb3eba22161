using KvCompose.Serving.Measuring;

namespace KvCompose.Extensions.AI;

/// <summary>Names under which traces and figures are given out, for OpenTelemetry's AddSource and AddMeter.</summary>
public static class KvComposeTelemetry
{
    /// <summary>The source of activities.</summary>
    public const string ActivitySourceName = "KvCompose.Extensions.AI";

    /// <summary>The meter of clients.</summary>
    public const string MeterName = "KvCompose.Extensions.AI";

    /// <summary>The meter of engines: bytes, queues, prefixes, rates.</summary>
    public const string ServingMeterName = ServingMetrics.MeterName;
}
