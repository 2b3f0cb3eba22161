using System.Numerics;
using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Values;

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments(object[] positional, (string Name, object Value)[] keywords)
{
    public static Arguments None { get; } = new([], []);

    public object[] Positional { get; } = positional;

    public (string Name, object Value)[] Keywords { get; } = keywords;

    public int Count => Positional.Length + Keywords.Length;

    /// <summary>Assigns the arguments to named parameters; those that were not given are null.</summary>
    /// <param name="function">Name for messages.</param>
    /// <param name="required">How many must be given.</param>
    /// <param name="names">All names, in order. One that begins with / can be given by position only.</param>
    public object?[] Bind(string function, int required, params ReadOnlySpan<string> names)
    {
        if (Positional.Length > names.Length)
        {
            throw TemplateFault.Type($"{function}() takes at most {names.Length} arguments ({Positional.Length} given)");
        }

        var bound = new object?[names.Length];
        Positional.CopyTo(bound, 0);
        foreach ((string name, object value) in Keywords)
        {
            int index = names.IndexOf(name);
            if (index < 0)
            {
                throw TemplateFault.Type($"{function}() got an unexpected keyword argument '{name}'");
            }

            if (bound[index] is not null)
            {
                throw TemplateFault.Type($"{function}() got multiple values for argument '{name}'");
            }

            bound[index] = value;
        }

        for (int i = 0; i < required; i++)
        {
            if (bound[i] is null)
            {
                throw TemplateFault.Type($"{function}() misses its argument '{names[i].TrimStart('/')}'");
            }
        }

        return bound;
    }

    /// <summary>Arguments that are given by position only.</summary>
    public object?[] BindPositional(string function, int required, int most)
    {
        if (Keywords.Length > 0)
        {
            throw TemplateFault.Type($"{function}() takes no keyword arguments");
        }

        if (Positional.Length < required || Positional.Length > most)
        {
            throw TemplateFault.Type($"{function}() takes {required} to {most} arguments ({Positional.Length} given)");
        }

        var bound = new object?[most];
        Positional.CopyTo(bound, 0);
        return bound;
    }

    /// <summary>A whole number that fits an int; larger ones are cut to the ends of the range.</summary>
    public static int Integer(object value, string what) => value switch
    {
        bool b => b ? 1 : 0,
        BigInteger i => (int)BigInteger.Clamp(i, int.MinValue, int.MaxValue),
        Undefined undefined => throw undefined.Fault(),
        _ => throw TemplateFault.Type($"{what}: '{Kinds.Name(value)}' object cannot be interpreted as an integer"),
    };

    public static Text String(object value, string what) =>
        value as Text ?? throw TemplateFault.Type($"{what} must be str, not {Kinds.Name(value)}");
}
