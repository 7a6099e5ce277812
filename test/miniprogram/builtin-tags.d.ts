/**
 * WeChat's built-in tags with the attributes that the package's templates use: a misspelt attribute is a compile error.
 */
interface CommonAttributes {
  ariaRole: string;
  ariaLabel: string;
  ariaDisabled: boolean;
  ariaExpanded: boolean;
  ariaHidden: string;
  hoverClass: string;
}

interface BuiltinTags {
  view: CommonAttributes;
  text: CommonAttributes;
  slot: { name: string };
  button: CommonAttributes & {
    openType: "" | "contact";
    disabled: boolean;
    sessionFrom: string;
    businessId: string;
    showMessageCard: boolean;
    sendMessageTitle: string;
    sendMessagePath: string;
    sendMessageImg: string;
  };
}
