using System.Text.Json.Nodes;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>
/// What an answer must look like: JSON that a schema allows. Immutable; one <see cref="GrammarMatcher"/> follows each sequence.
/// </summary>
/// <remarks>
/// Every text that it allows is valid by the schema; it allows fewer than the schema where that costs nothing: members come in the
/// schema's order, members that it does not name only where additionalProperties says so, an array holds all its prefixItems, and
/// white space and digits are bounded. oneOf is taken as anyOf. Formats other than date, time, date-time and uuid are annotations,
/// as JSON Schema 2020-12 has them. Keywords that are not known or cannot be kept are refused by name.
/// </remarks>
public sealed class JsonGrammar
{
    /// <summary>Deepest nesting of values that contain themselves (any value, $ref).</summary>
    public const int DeepestNesting = 64;

    private JsonGrammar(GrammarNode root) => Root = new SequenceNode(JsonNodes.Space, root);

    /// <summary>Any JSON value.</summary>
    public static JsonGrammar AnyValue { get; } = new(JsonNodes.AnyValue);

    /// <summary>Any JSON object, which is what a response format of JSON without a schema means.</summary>
    public static JsonGrammar AnyObject { get; } = new(JsonNodes.AnyObject);

    internal GrammarNode Root { get; }

    /// <summary>Makes the grammar of a schema.</summary>
    /// <param name="schema">A JSON schema: an object, true, or null for true.</param>
    /// <exception cref="GrammarException">The schema asks for what cannot be kept, is nested too deeply, or allows nothing.</exception>
    public static JsonGrammar FromSchema(JsonNode? schema) => new(new SchemaCompiler(schema).Compile());
}
