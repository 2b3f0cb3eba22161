using System.Globalization;

namespace KvCompose.Evaluation;

/// <summary>How figures are written in tables and at axes.</summary>
internal static class Figures
{
    public const string None = "–";

    public static string Percent(double share) => Invariant($"{100 * share:0.0} %");

    public static string Points(ConfidenceInterval difference) => Invariant($"{100 * difference.Mean:+0.0;−0.0;0.0} [{100 * difference.Low:+0.0;−0.0;0.0}, {100 * difference.High:+0.0;−0.0;0.0}]");

    public static string Interval(ConfidenceInterval score) => Invariant($"{100 * score.Mean:0.0} [{100 * score.Low:0.0}, {100 * score.High:0.0}]");

    public static string Bytes(double count) => count switch
    {
        < 1024 => Invariant($"{count:0} B"),
        < 1 << 20 => Invariant($"{count / 1024:0.#} KiB"),
        < 1 << 30 => Invariant($"{count / (1 << 20):0.##} MiB"),
        _ => Invariant($"{count / (1 << 30):0.##} GiB"),
    };

    public static string Ms(double ms) => Invariant($"{ms:0.##} ms");

    public static string Rate(double bytesPerSecond) => Invariant($"{bytesPerSecond / 1e9:0.0} GB/s");

    public static string Number(double number) => Invariant($"{number:0.###}");

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
