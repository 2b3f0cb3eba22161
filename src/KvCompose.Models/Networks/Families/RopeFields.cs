using KvCompose.Models.Json;

namespace KvCompose.Models.Networks.Families;

/// <summary>
/// The rotary fields of config.json. Newer files have them in rope_parameters, older ones in rope_scaling and beside it, some in
/// both: every field is looked up in all places, and values that contradict each other are refused.
/// </summary>
internal sealed class RopeFields
{
    private const string Type = "rope_type";
    private const string OldType = "type";
    private const string QueryScale = "llama_4_scaling_beta";
    private static readonly string[] Known =
    [
        Type, OldType, "rope_theta", "partial_rotary_factor", "factor", "low_freq_factor", "high_freq_factor", "attention_factor",
        "original_max_position_embeddings", "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate", "short_factor", "long_factor",
        "finetuned", "mrope_section", "mrope_interleaved", QueryScale,
    ];

    // Fields that stand beside the objects as well, in older files.
    private static readonly string[] AtRoot = ["rope_theta", "partial_rotary_factor", "original_max_position_embeddings"];

    private readonly JsonFields _root;
    private readonly List<(string Name, JsonFields Fields)> _objects = [];

    /// <param name="root">The whole file.</param>
    /// <param name="objects">Names of the objects that hold rotary fields and values of them; null objects are left out.</param>
    public RopeFields(JsonFields root, params ReadOnlySpan<(string Name, JsonFields? Fields)> objects)
    {
        _root = root;
        foreach ((string name, JsonFields? fields) in objects)
        {
            if (fields is { } present)
            {
                Check(present);
                _objects.Add((name, present));
            }
        }
    }

    public static RopeFields Of(JsonFields root)
        => new(root, ("rope_parameters", Object(root, "rope_parameters")), ("rope_scaling", Object(root, "rope_scaling")));

    public static JsonFields? Object(JsonFields root, string name) => root.Has(name) ? root.Object(name) : null;

    /// <summary>What the logarithm of positions is multiplied with in the queries of Ministral 3; 0 where it is absent.</summary>
    public double QueryScaleWeight => Number(QueryScale, -1, 1e6) ?? 0;

    public RotationDescription Read(FamilyDefaults defaults, int headDim, int context)
    {
        if (QueryScaleWeight != 0 && !defaults.Reads.Contains(QueryScale))
        {
            (_, JsonFields scaled) = Places(QueryScale).First();
            throw scaled.Wrong(QueryScale, scaled.Shown(QueryScale), "none: this field of a rotation is not known");
        }

        double share = Number("partial_rotary_factor", 0, 1, defaults.RotaryShare) ?? defaults.RotaryShare;
        if (!defaults.PartialRotation && share != 1)
        {
            (string? place, JsonFields fields) = Places("partial_rotary_factor").First();
            throw fields.Wrong("partial_rotary_factor", fields.Shown("partial_rotary_factor"), $"1 in this family{(place is null ? "" : $", in '{place}' as well")}");
        }

        bool proportional = TypeOf().Type == "proportional";
        int width = proportional ? headDim : (int)(headDim * share);
        if (width < 2 || width % 2 != 0)
        {
            throw _root.Error($"'partial_rotary_factor' makes the rotation {width} elements wide, expected an even number from 2");
        }

        double theta = Number("rope_theta", 0, 1e12, defaults.Theta) ?? defaults.Theta;
        RopeScaling scaling = proportional
            ? new RopeScaling.Proportional(share, Number("factor", 0, 1e6) ?? 1) : Scaling(width, context);
        return new RotationDescription(width, defaults.Pairing, theta, scaling);
    }

    private RopeScaling Scaling(int width, int context)
    {
        (string name, JsonFields fields, string type) = TypeOf();
        int original = OriginalContext(context);
        switch (type)
        {
            case "default":
                if (Number("factor", 0, 1e6) is { } idle and not 1)
                {
                    throw fields.Wrong("factor", $"{idle:R}", $"none beside the {Type} \"default\"");
                }

                return new RopeScaling.None();
            case "linear":
                return new RopeScaling.Linear(Required("factor", 0, 1e6));
            case "dynamic":
                return new RopeScaling.Dynamic(Required("factor", 0, 1e6), context);
            case "llama3":
                double low = Required("low_freq_factor", 0, 1e6), high = Required("high_freq_factor", 0, 1e6);
                return high > low
                    ? new RopeScaling.Llama3(Required("factor", 0, 1e6), low, high, original)
                    : throw fields.Wrong("high_freq_factor", $"{high:R}", $"above low_freq_factor, {low:R}");
            case "yarn":
                return Yarn(original, context);
            case "longrope" or "su":
                return LongRope(width, original, context);
            default:
                throw fields.Wrong(
                    fields.Has(Type) ? Type : OldType, $"\"{type}\"", "default, linear, dynamic, llama3, yarn or longrope");
        }
    }

    private (string Name, JsonFields Fields, string Type) TypeOf()
    {
        (string Name, JsonFields Fields, string Type)? found = null;
        foreach ((string name, JsonFields fields) in _objects)
        {
            foreach (string field in (ReadOnlySpan<string>)[Type, OldType])
            {
                if (fields.Text(field) is not { } type)
                {
                    continue;
                }

                if (found is { } before && before.Type != type)
                {
                    throw fields.Wrong(field, $"\"{type}\"", $"the same as in another place, \"{before.Type}\"");
                }

                found = (name, fields, type);
            }
        }

        if (found is { } stated)
        {
            return stated;
        }

        foreach ((_, JsonFields fields) in _objects)
        {
            if (fields.Names.FirstOrDefault(static name => !AtRoot.Contains(name)) is { } scaling)
            {
                throw fields.Wrong(scaling, fields.Shown(scaling), $"a '{Type}' beside it");
            }
        }

        return ("", _root, "default");
    }

    private RopeScaling.Yarn Yarn(int original, int context)
    {
        if (Places("factor").All(place => !place.Fields.Has("factor")) && !_objects.Any(static item => item.Fields.Declares("factor")))
        {
            throw _objects[0].Fields.Missing("factor");
        }

        double factor = Number("factor", 0, 1e6) ?? (double)context / original;
        double scale = Number("mscale", double.MinValue, 1e6) ?? 0, allDimensions = Number("mscale_all_dim", double.MinValue, 1e6) ?? 0;
        double attention = Number("attention_factor", double.MinValue, 1e6)
            ?? (scale != 0 && allDimensions != 0
                ? RopeScaling.Yarn.MagnitudeOf(factor, scale) / RopeScaling.Yarn.MagnitudeOf(factor, allDimensions)
                : RopeScaling.Yarn.MagnitudeOf(factor));
        return new RopeScaling.Yarn(
            factor, original, attention, OrIfZero(Number("beta_fast", -1, 1e6), 32), OrIfZero(Number("beta_slow", -1, 1e6), 1),
            Flag("truncate", absent: true));
    }

    private RopeScaling.LongRope LongRope(int width, int original, int context)
    {
        double stretch = Number("factor", 0, 1e6) ?? (double)context / original;
        double attention = Number("attention_factor", double.MinValue, 1e6)
            ?? (stretch <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(stretch) / Math.Log(original))));
        return new RopeScaling.LongRope(Factors("short_factor", width / 2), Factors("long_factor", width / 2), original, attention);
    }

    private float[] Factors(string field, int count)
    {
        foreach ((_, JsonFields fields) in _objects)
        {
            if (fields.Has(field))
            {
                float[] factors = fields.Floats(field);
                return factors.Length == count && factors.All(static factor => factor > 0)
                    ? factors
                    : throw fields.Wrong(field, $"a list of {factors.Length}", $"{count} numbers above 0, half of the rotary width");
            }
        }

        throw _objects[0].Fields.Missing(field);
    }

    /// <summary>The one beside the objects comes first in every family.</summary>
    public int OriginalContext(int context)
    {
        const string Field = "original_max_position_embeddings";
        return _root.Has(Field) ? _root.Integer(Field, 1, int.MaxValue)
            : (int)(Number(Field, 0, int.MaxValue) ?? context);
    }

    private double Required(string field, double above, double most)
        => Number(field, above, most) ?? throw (_objects.Count > 0 ? _objects[^1].Fields : _root).Missing(field);

    private double? Number(string field, double above, double most, double? absent = null)
    {
        (string? Place, double Value)? found = null;
        foreach ((string? place, JsonFields fields) in Places(field))
        {
            double value = fields.Number(field, above, most);
            if (found is { } before && before.Value != value)
            {
                throw fields.Wrong(field, $"{value:R}", $"the same as in {before.Place ?? "the file itself"}, {before.Value:R}");
            }

            found = (place, value);
        }

        return found?.Value ?? absent;
    }

    private bool Flag(string field, bool absent)
    {
        bool value = absent;
        foreach ((_, JsonFields fields) in Places(field))
        {
            value = fields.Flag(field, absent);
        }

        return value;
    }

    private IEnumerable<(string? Name, JsonFields Fields)> Places(string field)
    {
        foreach ((string name, JsonFields fields) in _objects)
        {
            if (fields.Has(field))
            {
                yield return (name, fields);
            }
        }

        if (AtRoot.Contains(field) && _root.Has(field))
        {
            yield return (null, _root);
        }
    }

    private static void Check(JsonFields fields)
    {
        foreach (string name in fields.Names)
        {
            if (!Known.Contains(name))
            {
                throw fields.Wrong(name, fields.Shown(name), "none: this field of a rotation is not known");
            }
        }
    }

    private static double OrIfZero(double? value, double other) => value is null or 0 ? other : value.Value;
}
