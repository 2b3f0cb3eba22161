using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>The tests: value is name(arguments).</summary>
internal static class Tests
{
    private delegate bool Test(TemplateRun run, object value, Arguments arguments);

    private static readonly Dictionary<string, Test> Known = new(StringComparer.Ordinal)
    {
        ["defined"] = Plain(value => value is not Undefined),
        ["undefined"] = Plain(value => value is Undefined),
        ["none"] = Plain(value => value is None),
        ["boolean"] = Plain(value => value is bool),
        ["true"] = Plain(value => value is true),
        ["false"] = Plain(value => value is false),
        ["integer"] = Plain(value => value is BigInteger),
        ["float"] = Plain(value => value is double),
        ["number"] = Plain(Kinds.IsNumber),
        ["string"] = Plain(value => value is Text),
        ["mapping"] = Plain(value => value is DictValue),
        ["iterable"] = Plain(IsIterable),
        ["sequence"] = Plain(value => value is Text or ListValue or TupleValue or DictValue or RangeValue or BytesValue or Undefined { Safe: true }),
        ["callable"] = Plain(value => value is FunctionValue or MacroValue or LoopValue or Undefined),
        ["escaped"] = Plain(_ => false),
        ["odd"] = Plain2((run, value) => Comparing.Equal(Operators.Apply(run, "%", value, new BigInteger(2)), BigInteger.One)),
        ["even"] = Plain2((run, value) => Comparing.Equal(Operators.Apply(run, "%", value, new BigInteger(2)), BigInteger.Zero)),
        ["lower"] = Plain2((run, value) => Characters.IsLower(Printing.Of(run, value).Value)),
        ["upper"] = Plain2((run, value) => Characters.IsUpper(Printing.Of(run, value).Value)),
        ["filter"] = Plain(value => value is Text name && Filters.Exists(name.Value)),
        ["test"] = Plain(value => value is Text name && Exists(name.Value)),
        ["divisibleby"] = With((run, value, other) => Comparing.Equal(Operators.Apply(run, "%", value, other), BigInteger.Zero)),
        ["sameas"] = With((_, value, other) => IsSame(value, other)),
        ["in"] = With((run, value, other) => Comparing.In(run, value, other)),
        ["eq"] = Compare("=="),
        ["=="] = Compare("=="),
        ["equalto"] = Compare("=="),
        ["ne"] = Compare("!="),
        ["!="] = Compare("!="),
        ["lt"] = Compare("<"),
        ["<"] = Compare("<"),
        ["lessthan"] = Compare("<"),
        ["le"] = Compare("<="),
        ["<="] = Compare("<="),
        ["gt"] = Compare(">"),
        [">"] = Compare(">"),
        ["greaterthan"] = Compare(">"),
        ["ge"] = Compare(">="),
        [">="] = Compare(">="),
    };

    public static bool Exists(string name) => Known.ContainsKey(name);

    public static bool Holds(TemplateRun run, string name, object value, Arguments arguments) =>
        Known.TryGetValue(name, out Test? test)
            ? test(run, value, arguments)
            : throw TemplateFault.Type($"No test named '{name}'.");

    private static bool IsIterable(object value) => value is Text or ListValue or TupleValue or DictValue or DictView or RangeValue
        or GeneratorValue or BytesValue or LoopValue or Undefined { Safe: true };

    private static bool IsSame(object a, object b) => ReferenceEquals(a, b)
        || (a.GetType() == b.GetType() && a is bool or BigInteger or double or Text && Comparing.Equal(a, b));

    private static Test Plain(Func<object, bool> holds) => Plain2((_, value) => holds(value));

    private static Test Plain2(Func<TemplateRun, object, bool> holds) => (run, value, arguments) =>
    {
        arguments.BindPositional("test", 0, 0);
        return holds(run, value);
    };

    private static Test With(Func<TemplateRun, object, object, bool> holds) =>
        (run, value, arguments) => holds(run, value, arguments.Bind("test", 1, "other")[0]!);

    private static Test Compare(string sign) => With((run, value, other) => Comparing.Holds(run, sign, value, other));
}
