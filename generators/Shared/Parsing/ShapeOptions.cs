using System.Globalization;
using KvCompose.Shared.Diagnostics;
using Microsoft.CodeAnalysis;

namespace KvCompose.Shared.Parsing;

/// <summary>Reads and checks the numbers of [KvPipeline].</summary>
internal sealed class ShapeOptions(AttributeData attribute, IDiagnosticSink sink)
{
    public bool Valid { get; private set; } = true;

    public int MultipleOf(int step, string name, int otherwise, int maximum)
    {
        int value = Read(name, otherwise);
        if (value < step || value > maximum || value % step != 0)
        {
            int nearest = Math.Min(maximum, Math.Max(step, (int)(((long)value + (step / 2)) / step * step)));
            string shown = step.ToString(CultureInfo.InvariantCulture);
            Report(name, value, $"a multiple of {shown} between {shown} and {maximum.ToString(CultureInfo.InvariantCulture)}", nearest);
        }

        return value;
    }

    public int Between(string name, int otherwise, int minimum, int maximum)
    {
        int value = Read(name, otherwise);
        if (value < minimum || value > maximum)
        {
            string range = string.Format(CultureInfo.InvariantCulture, "between {0} and {1}", minimum, maximum);
            Report(name, value, range, Math.Min(maximum, Math.Max(minimum, value)));
        }

        return value;
    }

    public bool Flag(string name) => Constants.Named(attribute, name) is { } argument && Constants.Of(argument) is true;

    private int Read(string name, int otherwise)
    {
        if (Constants.Named(attribute, name) is not { } argument)
        {
            return otherwise;
        }

        if (Constants.Of(argument) is int value)
        {
            return value;
        }

        // The compiler says what is wrong with it.
        Valid = false;
        return otherwise;
    }

    private void Report(string name, int value, string valid, int nearest)
    {
        Valid = false;
        sink.Report(new Finding(
            RuleIds.OptionOutOfRange, DiagnosticSite.Of(attribute, name),
            name, "KvPipeline", value.ToString(CultureInfo.InvariantCulture), valid)
        {
            FixData = FixData.Option(name, nearest),
        });
    }
}
