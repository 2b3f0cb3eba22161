using System.Globalization;

namespace KvCompose.Roslyn.Testing;

/// <summary>A culture that writes numbers as no C# compiler reads them: −1.234,5 with a true minus sign.</summary>
public static class HostileCulture
{
    /// <summary>The culture, read-only.</summary>
    public static CultureInfo Instance { get; } = Make();

    /// <summary>Makes it the current culture until the result is disposed.</summary>
    public static IDisposable Enter()
    {
        var scope = new Scope(CultureInfo.CurrentCulture);
        CultureInfo.CurrentCulture = Instance;
        return scope;
    }

    private static CultureInfo Make()
    {
        // Built by hand: with invariant globalization there is no data of a real one.
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        return CultureInfo.ReadOnly(culture);
    }

    private sealed class Scope(CultureInfo usual) : IDisposable
    {
        public void Dispose() => CultureInfo.CurrentCulture = usual;
    }
}
