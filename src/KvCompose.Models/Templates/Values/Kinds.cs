using System.Numerics;

namespace KvCompose.Models.Templates.Values;

/// <summary>Names of kinds, as messages give them.</summary>
internal static class Kinds
{
    public static string Name(object value) => value switch
    {
        None => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        Text => "str",
        BytesValue => "bytes",
        ListValue => "list",
        TupleValue => "tuple",
        DictValue => "dict",
        DictView view => view.Name,
        RangeValue => "range",
        GeneratorValue => "generator",
        Undefined => "Undefined",
        NamespaceValue => "jinja2.utils.Namespace",
        MacroValue => "jinja2.runtime.Macro",
        LoopValue => "jinja2.runtime.LoopContext",
        CyclerValue => "jinja2.utils.Cycler",
        _ => "function",
    };

    /// <summary>The owner of a missing attribute.</summary>
    public static string Owner(object value) => value is None ? "None" : Name(value) + " object";

    public static bool IsNumber(object value) => value is bool or BigInteger or double;
}
