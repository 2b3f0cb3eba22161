using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>The functions that every template sees.</summary>
internal static class Globals
{
    private const int LongestRange = 100_000;

    private static readonly Dictionary<string, FunctionValue> Functions = new FunctionValue[]
    {
        new("range", Range),
        new("dict", (run, arguments) => Dict(run, arguments)),
        new("namespace", (run, arguments) => new NamespaceValue(Dict(run, arguments))),
        new("cycler", (_, arguments) => arguments is { Positional.Length: > 0, Keywords.Length: 0 }
            ? new CyclerValue(arguments.Positional)
            : throw TemplateFault.Type("at least one item has to be provided")),
        new("joiner", Joiner),
        new("lipsum", (_, _) => throw TemplateFault.Type("lipsum() makes random text, which a prompt cannot hold")),
        new("raise_exception", (run, arguments) => throw new TemplateFault(
            ChatTemplateErrorKind.Raised, Printing.Of(run, arguments.Bind("raise_exception", 1, "message")[0]!).Value)),
        new("strftime_now", (run, arguments) => Text.Of(
            Clock.Format(run.Now, Arguments.String(arguments.Bind("strftime_now", 1, "format")[0]!, "format").Value))),
    }.ToDictionary(function => function.Name);

    public static object? Find(string name) => Functions.GetValueOrDefault(name);

    private static RangeValue Range(TemplateRun run, Arguments arguments)
    {
        object?[] bound = arguments.BindPositional("range", 1, 3);
        BigInteger[] numbers = [.. bound.OfType<object>().Select(Whole)];
        (BigInteger start, BigInteger stop) = numbers.Length == 1 ? (0, numbers[0]) : (numbers[0], numbers[1]);
        BigInteger step = numbers.Length == 3 ? numbers[2] : 1;
        if (step.IsZero)
        {
            throw TemplateFault.Type("range() arg 3 must not be zero");
        }

        return RangeValue.Length(start, stop, step) <= LongestRange
            ? new RangeValue(start, stop, step)
            : throw TemplateFault.Type($"Range too big. The sandbox blocks ranges larger than {LongestRange}.");
    }

    private static BigInteger Whole(object value) => Arithmetic.TryInteger(value, out BigInteger integer)
        ? integer
        : throw TemplateFault.Type($"'{Kinds.Name(value)}' object cannot be interpreted as an integer");

    private static DictValue Dict(TemplateRun run, Arguments arguments)
    {
        if (arguments.Positional.Length > 1)
        {
            throw TemplateFault.Type($"dict expected at most 1 argument, got {arguments.Positional.Length}");
        }

        var dict = new DictValue();
        object source = arguments.Positional.Length == 1 ? arguments.Positional[0] : dict;
        if (source is DictValue other)
        {
            run.PaySteps(other.Count);
            dict = other.Copy();
        }
        else
        {
            foreach (object item in run.Iterate(source))
            {
                object[] pair = [.. run.Iterate(item)];
                if (pair.Length != 2)
                {
                    throw TemplateFault.Type($"dictionary update sequence element has length {pair.Length}; 2 is required");
                }

                dict.Set(pair[0], pair[1]);
            }
        }

        foreach ((string name, object value) in arguments.Keywords)
        {
            dict.Set(name, value);
        }

        return dict;
    }

    private static FunctionValue Joiner(TemplateRun run, Arguments arguments)
    {
        object separator = arguments.Bind("joiner", 0, "sep")[0] ?? Text.Of(", ");
        bool used = false;
        return new FunctionValue("joiner", (_, _) =>
        {
            object now = used ? separator : Text.Empty;
            used = true;
            return now;
        });
    }
}
