using System.Globalization;

namespace KvCompose.Samples.Chat;

/// <summary>Sizes for people.</summary>
internal static class Bytes
{
    public static string Of(long bytes) => bytes < 1 << 20
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:F1} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:F1} MiB");
}
